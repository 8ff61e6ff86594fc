; Option ROM that starts the kernel of -kernel where firmware runs first (-bios): firmware finds it as the file genroms/kernel.bin of
; fw_cfg and calls its boot entry. It carries out the script of script.ts, which is an item of fw_cfg: copies pieces into RAM, then
; enters the kernel. Numbers of a script are 32 bits each, little-endian.
; Plug and Play BIOS specification 1.0a, 3; PCI firmware specification for the header; QEMU's documentation of fw_cfg.
; nasm -f bin rom.asm; rom.ts has the bytes, with their checksum.

SCRIPT       equ 0x80f0     ; item of fw_cfg, in the range for machines' own
FW_SELECT    equ 0x510
FW_DATA      equ 0x511
FW_DMA       equ 0x518      ; low half of the address: a write begins the transfer
DMA_ERROR    equ 1
DMA_READ     equ 2
STACK_SEG    equ 0x9000     ; ends below the BIOS's extended data area
STACK_TOP    equ 0xf000
CODE         equ 0x10       ; selectors of the table that the script has put into RAM
DATA         equ 0x18

bits 16
org 0
start:
  dw 0xaa55
  db (end - start) / 512
  retf                      ; initialisation: there is nothing to do
  times 0x1a - ($ - $$) db 0
  dw header

header:
  db "$PnP", 1, 2           ; revision, length in paragraphs
  dw 0                      ; no further header
  db 0, 0                   ; reserved, checksum (rom.ts)
  dd 0                      ; device
  dw 0, product             ; manufacturer, product
  db 2, 0, 0, 0xe4          ; type of the device; indicators: it is a boot device
  dw 0, 0, boot, 0, 0       ; connection, disconnection, boot entry, reserved, resources

product:
  db "kernel of -kernel", 0

boot:
  cli
  cld
  mov ax, STACK_SEG
  mov ss, ax
  mov sp, STACK_TOP
  mov dx, FW_SELECT
  mov ax, SCRIPT
  out dx, ax
  call number
  mov esi, eax              ; how many pieces
piece:
  test esi, esi
  jz enter
  call number
  mov edi, eax              ; where to
  call number
  mov ecx, eax              ; how many bytes, which follow
  call copy
  dec esi
  jmp piece

enter:
  call number
  mov esi, eax              ; 0: real mode
  call number
  mov edi, eax              ; instruction pointer
  call number
  mov ecx, eax              ; real mode: code segment; protected mode: base of the descriptor table
  call number
  mov ebx, eax              ; real mode: the other segments; protected mode: the table's limit
  call number
  mov ebp, eax              ; stack pointer
  test esi, esi
  jnz protected

  mov ds, bx
  mov es, bx
  mov fs, bx
  mov gs, bx
  mov ss, bx
  mov esp, ebp
  push cx
  push di
  retf

protected:
  push ecx
  push bx
  mov bx, sp
  o32 lgdt [ss:bx]
  call number
  push eax                  ; EAX, then EBX
  call number
  mov ebx, eax
  pop esi
  xor eax, eax
  mov ax, cs
  shl eax, 4
  add eax, flat
  push dword CODE
  push eax
  mov eax, cr0
  or al, 1
  mov cr0, eax
  o32 retf

bits 32
flat:
  mov ax, DATA
  mov ds, ax
  mov es, ax
  mov fs, ax
  mov gs, ax
  mov ss, ax
  mov esp, ebp
  mov eax, esi
  jmp edi

bits 16
; EAX = the next number of the script
number:
  push cx
  mov dx, FW_DATA
  mov cx, 4
.byte:
  in al, dx
  ror eax, 8
  loop .byte
  pop cx
  ret

; the next ECX bytes of the script to EDI
copy:
  bswap edi
  push edi
  push dword 0
  bswap ecx
  push ecx
  push dword DMA_READ << 24
  xor eax, eax
  mov ax, sp
  mov bx, sp
  add eax, STACK_SEG * 16
  bswap eax
  mov dx, FW_DMA
  out dx, eax
.wait:
  mov eax, [ss:bx]
  bswap eax
  test al, DMA_ERROR
  jnz .failed
  test eax, eax
  jnz .wait
  add sp, 16
  ret
.failed:
  int 0x18                  ; the BIOS boots something else

  times 510 - ($ - $$) db 0
  db 0                      ; checksum (rom.ts)
  db 0
end:
