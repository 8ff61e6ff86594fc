// Questions before what cannot be undone.

/** Asks in a dialog; resolves to whether the user agrees. `action` is what the button says that does it. */
export function confirmLoss(question: string, action: string): Promise<boolean> {
  const dialog = document.getElementById("confirm") as HTMLDialogElement;
  const agree = document.getElementById("confirm-yes") as HTMLButtonElement;
  document.getElementById("confirm-text")!.textContent = question;
  agree.textContent = action;
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}
