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

; PCI configuration register EAX.
config: mov dx, 0xcf8
 out dx, eax
 mov dx, 0xcfc
 in eax, dx
 call hex32
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
 say `\nsmbus: `
 mov eax, 0x80000b90
 call config
 mov eax, 0x80000bd0
 call config
 mov dx, 0x700
 in al, dx
 call hex8
 say `\nvectors: `
 mov ax, [8 * 4 + 2]
 call hex16
 mov ax, [0x10 * 4 + 2]
 call hex16
 mov eax, [0x60 * 4]
 call hex32
 mov eax, [0xff * 4]
 call hex32
 say `\ndata: `
 mov ax, [0x400]
 call hex16
 mov ax, [0x40e]
 call hex16
 mov ax, [0x413]
 call hex16
 mov eax, [0x41a]
 call hex32
 mov eax, [0x480]
 call hex32
 mov al, [0x9fc00]
 call hex8
 say `\nmp: `
 mov esi, 0xf0000
.search: cmp dword [esi], '_MP_'
 je .pointer
 add esi, 16
 cmp esi, 0x100000
 jb .search
.pointer: mov edi, [esi + 4]
 mov eax, [edi]
 call hex32
 mov ax, [edi + 4]
 call hex16
 mov eax, [edi + 36]
 call hex32
 say `\nrom: `
 mov eax, [0xffff0]
 call hex32
 mov al, [0xffffe]
 call hex8
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
