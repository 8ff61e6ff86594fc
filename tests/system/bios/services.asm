; What the interrupt services answer: one line a call, EAX EBX ECX EDX and carry.
%include "setup.inc"

%macro call_bios 2
 say %1
 int %2
 flags
 pushf
 show eax
 show ebx
 show ecx
 show edx
 say `\n`
 popf
%endmacro

%macro registers 4
 mov eax, %1
 mov ebx, %2
 mov ecx, %3
 mov edx, %4
%endmacro

start:
 registers 0, 0, 0, 0
 call_bios "equipment:", 0x11
 registers 0, 0, 0, 0
 call_bios "memory:", 0x12
 registers 0x8800, 0, 0, 0
 call_bios "88:", 0x15
 registers 0xe801, 0, 0, 0
 call_bios "e801:", 0x15
 registers 0xe881, 0, 0, 0
 call_bios "e881:", 0x15
 registers 0x2400, 0, 0, 0
 call_bios "a20 off:", 0x15
 registers 0x2402, 0, 0, 0
 call_bios "a20 state:", 0x15
 registers 0x2401, 0, 0, 0
 call_bios "a20 on:", 0x15
 registers 0x2402, 0, 0, 0
 call_bios "a20 state:", 0x15
 registers 0x2403, 0, 0, 0
 call_bios "a20 support:", 0x15
 registers 0xc100, 0, 0, 0
 call_bios "ebda:", 0x15
 registers 0x5300, 0, 0, 0
 call_bios "apm:", 0x15
 registers 0xbeef, 0, 0, 0
 call_bios "unknown:", 0x15
 registers 0x8600, 0, 0, 2000
 call_bios "wait:", 0x15
 registers 0x0000, 0, 0, 0x80
 call_bios "disk reset:", 0x13
 registers 0x0201, 0, 1, 0x80
 call_bios "disk read:", 0x13
 registers 0x0800, 0, 0, 0x80
 call_bios "disk parameters:", 0x13
 registers 0x1500, 0, 0, 0x80
 call_bios "disk type:", 0x13
 registers 0x4100, 0x55aa, 0, 0x80
 call_bios "extensions:", 0x13
 registers 0x0100, 0, 0, 0x80
 call_bios "disk status:", 0x13
 registers 0x0100, 0, 0, 0
 call_bios "key:", 0x16
 registers 0x0200, 0, 0, 0
 call_bios "shifts:", 0x16
 registers 0x0500, 0, 0x1e61, 0
 call_bios "put key:", 0x16
 registers 0x1000, 0, 0, 0
 call_bios "get key:", 0x16
 registers 0x0000, 0, 0, 1
 call_bios "printer:", 0x17
 registers 0x0300, 0, 0, 0
 call_bios "serial:", 0x14
 registers 0xb101, 0, 0, 0
 call_bios "pci:", 0x1a
 registers 0xb102, 0, 0x7113, 0x8086
 xor si, si
 call_bios "find device:", 0x1a
 registers 0xb103, 0, 0x060100, 0
 xor si, si
 call_bios "find class:", 0x1a
 registers 0xb102, 0, 0x1234, 0x8086
 xor si, si
 call_bios "no device:", 0x1a
 registers 0xb10a, 0x0008, 0, 0
 mov di, 0
 call_bios "read config:", 0x1a
 registers 0xb109, 0x0008, 0, 0
 mov di, 1
 call_bios "odd config:", 0x1a
 registers 0xb1ff, 0, 0, 0
 call_bios "pci unknown:", 0x1a
 ; the map
 xor ebx, ebx
 mov di, buffer
.map: push ds
 pop es
 mov eax, 0xe820
 mov edx, 0x534d4150
 mov ecx, 20
 int 0x15
 jc .mapped
 cmp eax, 0x534d4150
 jne .mapped
 say "e820:"
 push ebx
 mov eax, [di + 4]
 call hex32
 mov eax, [di]
 show eax
 mov eax, [di + 12]
 show eax
 mov eax, [di + 8]
 show eax
 mov eax, [di + 16]
 show eax
 say `\n`
 pop ebx
 test ebx, ebx
 jnz .map
.mapped:
 ; ticks go on
 mov ah, 0
 int 0x1a
 mov bx, dx
.tick: hlt
 mov ah, 0
 int 0x1a
 cmp bx, dx
 je .tick
 say `ticks\n`
 registers 0x0200, 0, 0, 0
 int 0x1a
 jc end
 say `time`
 flags
 say `\n`
 ; often enough for the calls to become hot code
 mov cx, 50000
.loop: push cx
 int 0x12
 cmp ax, 0x27f
 jne .wrong
 xor ax, ax
 mov es, ax
 mov ax, 0xc100
 int 0x15
 jc .wrong
 mov ax, es
 cmp ax, 0x9fc0
 jne .wrong
 cmp byte [es:0], 1
 jne .wrong
 mov ecx, 0xaaaa5555
 mov ah, 0x03
 mov dx, 9
 stc
 int 0x14
 jnc .wrong
 cmp ecx, 0xaaaa5555
 jne .wrong
 mov ah, 0x41
 int 0x13
 jnc .wrong
 cmp ah, 1
 jne .wrong
 pop cx
 loop .loop
 say `right\n`
 jmp end
.wrong: say `wrong\n`
 jmp end
buffer: times 32 db 0
 finish
