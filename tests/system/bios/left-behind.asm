; What a BIOS leaves behind, as a multiboot kernel finds it: one line a thing.
%include "probe.inc"

; fw_cfg item %1: %2 bytes, lowest first.
%macro item 2
 mov ax, %1
 mov ecx, %2
 call fw_cfg
%endmacro

fw_cfg: mov dx, 0x510
 out dx, ax
 inc dx
.next: in al, dx
 call hex8
 loop .next
 mov al, ' '
 out 0xe9, al
 ret

start: mov esp, stack
 cld
 mov ebp, ebx
 say `fw_cfg: `
 item 0, 4
 item 1, 4
 item 5, 2
 item 3, 8
 item 7, 4
 item 0x10, 4
 item 0x11, 4
 item 0x14, 4
 say `\npic: `
 in al, 0x21
 call hex8
 in al, 0xa1
 call hex8
 mov dx, 0x4d1
 in al, dx
 call hex8
 say `\na20: `
 in al, 0x92
 call hex8
 ; what was read may be written back
 and al, 0xfe
 out 0x92, al
 mov dword [0x400000], 0x12345678
 mov dword [0x500000], 1
 mov eax, [0x400000]
 call hex32
 say `\nupper: `
 mov eax, [ebp + 8]
 call hex32
 mov al, ' '
 out 0xe9, al
 mov edi, [ebp + 48]
.find: cmp dword [edi + 4], 0x100000
 je .found
 add edi, [edi]
 add edi, 4
 jmp .find
.found: mov eax, [edi + 12]
 shr eax, 10
 call hex32
 say `\n`
 jmp end
