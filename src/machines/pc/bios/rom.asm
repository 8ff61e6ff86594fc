; The code of our BIOS: what interrupt vectors point to. It does nothing itself but hands the number of the interrupt to port
; B4h, where services.ts works on the caller's registers, and waits when that is told to it.
; nasm -f bin rom.asm -o rom.bin; rom.ts holds the bytes, rom.test.ts proves that they are these.

bits 16
org 0xfe00

%define PORT 0xb4
%define DONE 0
%define WAIT 1

; Eight bytes each, in the order of SERVICES in rom.ts.
%macro service 1
 push eax
 mov ax, %1
 jmp near call_service
%endmacro

 service 0x09
 service 0x10
 service 0x11
 service 0x12
 service 0x13
 service 0x14
 service 0x15
 service 0x16
 service 0x17
 service 0x18
 service 0x19
 service 0x1a

; AX: number. On the stack: the caller's EAX, IP, CS, flags.
call_service:
 mov ah, al
.again:
 mov al, ah
 out PORT, al
 in al, PORT
 cmp al, WAIT
 jb .done
 ja .look
 sti
 hlt                    ; the next interrupt may bring what is waited for
 jmp .again
.look:
 sti
 jmp .again
.done:
 pop eax
 iret

; Interval timer: the service counts.
 times 0xfe80 - ($ - $$ + 0xfe00) db 0x90
irq0:
 push eax
 mov al, 0x08
 out PORT, al
 int 0x1c
 mov al, 0x20
 out 0x20, al
 pop eax
 iret

; Nobody's interrupt of the first and of the second controller.
 times 0xfe90 - ($ - $$ + 0xfe00) db 0x90
irq_low:
 push ax
 mov al, 0x20
 out 0x20, al
 pop ax
 iret
 times 0xfe98 - ($ - $$ + 0xfe00) db 0x90
irq_high:
 push ax
 mov al, 0x20
 out 0xa0, al
 out 0x20, al
 pop ax
 iret

; Real-time clock: a look at register C ends its request.
 times 0xfea8 - ($ - $$ + 0xfe00) db 0x90
irq8:
 push ax
 mov al, 0x0c
 out 0x70, al
 in al, 0x71
 pop ax
 jmp irq_high

; Coprocessor error, which programs of old expect as an NMI.
 times 0xfeb8 - ($ - $$ + 0xfe00) db 0x90
irq13:
 push ax
 mov al, 0
 out 0xf0, al
 mov al, 0x20
 out 0xa0, al
 out 0x20, al
 pop ax
 int 2
 iret

; The machine again from its start.
 times 0xfed0 - ($ - $$ + 0xfe00) db 0x90
restart:
 mov dx, 0xcf9
 mov al, 0x06
 out dx, al
.stop:
 cli
 hlt
 jmp .stop

; Model, submodel, revision; features: second interrupt controller, real-time clock, extended data area (INT 15h AH=C0h).
 times 0xfee0 - ($ - $$ + 0xfe00) db 0
configuration:
 dw 8
 db 0xfc, 0, 1
 db 0x74, 0x40, 0, 0, 0

; Parameters of a diskette drive, which programs look at by vector 1Eh: 1.44 MB.
 times 0xfef0 - ($ - $$ + 0xfe00) db 0
diskette:
 db 0xaf, 0x02, 0x25, 0x02, 18, 0x1b, 0xff, 0x6c, 0xf6, 0x0f, 0x08

; Where every BIOS has an IRET.
 times 0xff53 - ($ - $$ + 0xfe00) db 0
nothing:
 iret

 times 0xfff0 - ($ - $$ + 0xfe00) db 0
 jmp 0xf000:restart
 db "06/23/99"
 db 0
 db 0xfc                ; an AT
 db 0
