; Prints a prompt by INT 10h, waits for three keys, and says their words.
%include "setup.inc"

start: mov ax, 0x0e3e
 xor bx, bx
 int 0x10
 mov cx, 3
.next: mov ah, 0
 int 0x16
 call hex16
 say ` `
 mov ah, 0x0e
 int 0x10
 loop .next
 say `\n`
 jmp end
 finish
