; A firmware image of 64 KiB that tries privileged and system-level instructions in every mode and writes what happens, line by
; line, to the debug console (port 0xE9), then leaves through isa-debug-exit (port 0x501).
;   nasm -f bin -o battery.bin battery.asm && gzip -9n battery.bin
; battery.bin.gz is what the test runs, battery.expected.txt what it must print. The log was compared line by line with that of QEMU 7.2
; (nasm -DQEMU leaves out what QEMU cannot stand); the lines that differ are those where QEMU does not check what the SDM asks
; for (reserved CR, EFER, MSR and DR bits, limits, alignment) or gives another error code (#PF with RSVD, gates in long mode).

        bits 16
        org 0

%define BASE 0xF0000
%define GDT 0x8000
%define IDT 0x9000
%define TSS1 0xA000
%define TSS2 0x19000
%define TSS3 0x1A000
%define LDTA 0xD000
%define VARS 0xE000
%define STACK0 0x7000
%define STACK3 0x6000
%define STACKX 0x5000
%define PD32 0x10000
%define PT32 0x11000
%define PML4 0x20000
%define PDPT 0x21000
%define PDIR 0x22000
%define PTAB 0x23000
%define USERPAGE 0x30000
%define recover VARS
%define want64 VARS+8
%define counter VARS+16
%define A(x) (BASE + ((x) - $$))

; selectors
%define C32 0x08
%define D32 0x10
%define C32U 0x1B
%define D32U 0x23
%define C16 0x28
%define D16 0x30
%define STSS1 0x38
%define STSS2 0x40
%define STSS3 0x48
%define CG32 0x50
%define CG32U 0x5B
%define SLDT 0x60
%define DOWN 0x68
%define CONF 0x70
%define NPD 0x78
%define NPC 0x80
%define ROD 0x88
%define XOC 0x90
%define CG16 0x98
%define TGATE 0xA0
%define SMALL 0xA8
%define NPCG 0xB0
%define C64 0xB8
%define D64 0xC0
; user selectors for sysret: base 0xC8: C32U, D, C64U
%define UC32 0xCB
%define UD 0xD3
%define UC64 0xDB
%define TSS64 0xE0
%define CG64 0xF0
%define LIMIT_GDT 0x10F

start16:
        cli
        xor ax, ax
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov sp, STACK0
        ; real mode: INT, #DE, #UD through the vector table
        mov word [0x60*4], rm_int
        mov word [0x60*4+2], 0xF000
        mov word [0*4], rm_de
        mov word [0*4+2], 0xF000
        mov word [6*4], rm_ud
        mov word [6*4+2], 0xF000
        mov word [1*4], rm_db
        mov word [1*4+2], 0xF000
        mov word [13*4], rm_gp
        mov word [13*4+2], 0xF000
        mov al, 'R'
        out 0xE9, al
        sti
        stc
        int 0x60
        cli
        clc
        mov ax, 1
        xor cx, cx
        div cl
        ud2
        ; single step through three nops
        push word 0x0102
        popf
        nop
        nop
        nop
        push word 0x0002
        popf
        call nl16
        ; LSS, far call and return, segment pushes
        mov al, 'S'
        out 0xE9, al
        mov ax, 0x1234
        push ax
        pop es
        mov ax, es
        call hex16
        call 0xF000:rm_far
        push cs
        pop ax
        call hex16
        mov ax, sp
        call hex16
        smsw ax
        call hex16
        pushf
        pop ax
        call hex16
        ; word at offset 0xFFFF does not fit the segment
        mov ax, [0xFFFF]
rm_after:
        call nl16
        ; BCD of string I/O: outsb from memory
        mov si, msg_outs
        push cs
        pop ds
        mov dx, 0xE9
        mov cx, 5
        cld
        rep outsb
        xor ax, ax
        mov ds, ax
        mov es, ax

        ; tables into RAM
        mov si, gdt_image
        mov di, GDT
        mov cx, (LIMIT_GDT + 1) / 2
        push cs
        pop ds
        rep movsw
        xor ax, ax
        mov ds, ax
        o32 lgdt [cs:gdtr]
        o32 lidt [cs:idtr]
        mov eax, cr0
        or al, 1
        mov cr0, eax
        jmp dword C32:A(start32)

rm_far: mov al, 'F'
        out 0xE9, al
        retf
rm_int: push bp
        mov bp, sp
        push ax
        mov al, 'i'
        out 0xE9, al
        mov ax, [bp+2]
        call hex16
        mov ax, [bp+4]
        call hex16
        mov ax, [bp+6]
        call hex16
        pushf
        pop ax
        call hex16
        pop ax
        pop bp
        iret
rm_de:  push bp
        mov bp, sp
        add word [bp+2], 2
        mov al, 'd'
        out 0xE9, al
        mov ax, [bp+2]
        call hex16
        pop bp
        iret
rm_ud:  push bp
        mov bp, sp
        add word [bp+2], 2
        mov al, 'u'
        out 0xE9, al
        mov ax, [bp+2]
        call hex16
        pop bp
        iret
rm_db:  push bp
        mov bp, sp
        mov al, 't'
        out 0xE9, al
        mov ax, [bp+2]
        call hex16
        mov ax, [bp+6]
        call hex16
        pop bp
        iret
rm_gp:  push bp
        mov bp, sp
        mov al, 'g'
        out 0xE9, al
        mov word [bp+2], rm_after
        pop bp
        iret
nl16:   mov al, 10
        out 0xE9, al
        ret
hex16:  push cx
        push ax
        mov cx, 4
.n:     rol ax, 4
        push ax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        out 0xE9, al
        pop ax
        loop .n
        mov al, ' '
        out 0xE9, al
        pop ax
        pop cx
        ret

msg_outs: db "outs", 10
gdtr:   dw LIMIT_GDT
        dd GDT
idtr:   dw 0x7FF
        dd IDT
        align 8
%macro SEG 4 ; base limit access flags
        dw %2 & 0xFFFF, %1 & 0xFFFF
        db (%1 >> 16) & 0xFF, %3, ((%2 >> 16) & 15) | (%4 << 4), %1 >> 24
%endmacro
%macro GATE 4 ; selector offset access count
        dw (%2) & 0xFFFF, %1
        db %4, %3
        dw (%2) >> 16
%endmacro
gdt_image:
        dq 0
        SEG 0, 0xFFFFF, 0x9A, 0xC       ; 08 code32
        SEG 0, 0xFFFFF, 0x92, 0xC       ; 10 data32
        SEG 0, 0xFFFFF, 0xFA, 0xC       ; 18 code32 user
        SEG 0, 0xFFFFF, 0xF2, 0xC       ; 20 data32 user
        SEG BASE, 0xFFFF, 0x9A, 0       ; 28 code16
        SEG 0, 0xFFFF, 0x92, 0          ; 30 data16
        SEG TSS1, 0x2FFF, 0x89, 0       ; 38 TSS
        SEG TSS2, 0x67, 0x89, 0         ; 40 TSS
        SEG TSS3, 0x67, 0x89, 0         ; 48 TSS
        GATE C32, A(gate_target), 0xEC, 2   ; 50 call gate 32, user, 2 parameters
        GATE C32, A(gate_target), 0xEC, 2   ; 58 the same
        SEG LDTA, 0xF, 0x82, 0          ; 60 LDT
        SEG 0, 0xF, 0x96, 0xC           ; 68 expand down, limit 0xFFFF
        SEG 0, 0xFFFFF, 0x9E, 0xC       ; 70 conforming code
        SEG 0, 0xFFFFF, 0x12, 0xC       ; 78 data not present
        SEG 0, 0xFFFFF, 0x1A, 0xC       ; 80 code not present
        SEG 0, 0xFFFFF, 0x90, 0xC       ; 88 read-only data
        SEG 0, 0xFFFFF, 0x98, 0xC       ; 90 execute-only code
        GATE C32, A(gate16_target) & 0xFFFF, 0xE4, 0 ; 98 call gate 16 (offset cut)
        GATE STSS2, 0, 0xE5, 0          ; A0 task gate
        SEG 0x8000, 0xFF, 0x92, 4       ; A8 small data
        GATE C32, A(gate_target), 0x6C, 0   ; B0 call gate not present
        SEG 0, 0xFFFFF, 0x9A, 0xA       ; B8 code64
        SEG 0, 0xFFFFF, 0x92, 0xC       ; C0 data
        SEG 0, 0xFFFFF, 0xFA, 0xC       ; C8 user code32
        SEG 0, 0xFFFFF, 0xF2, 0xC       ; D0 user data
        SEG 0, 0xFFFFF, 0xFA, 0xA       ; D8 user code64
        SEG TSS1, 0x2FFF, 0x89, 0       ; E0 TSS64
        dq 0
        GATE C64, A(gate64_target), 0xEC, 0 ; F0 call gate 64
        dq 0
        SEG 0, 0xFFFFF, 0xF2, 0xE       ; 100 user data, L and D
        dq 0

; ------------------------------------------------------------------------------------------------------------------------------
        bits 32
%macro TB 1 ; begin test: name of up to 8 characters
        call tname
        db %1, 0
        mov dword [recover], A(%%end)
        jmp %%go
%%end:  jmp %%skip
%%go:
%define TENDLABEL %%skip
%push t
%define %$skip %%skip
%endmacro
%macro TE 0
        call tok
%$skip:
%pop
%endmacro

start32:
        mov ax, D32
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov esp, STACK0
        xor ax, ax
        mov fs, ax
        mov gs, ax
        ; IDT: vectors 0-31 interrupt gates, 0x80 user trap gate, 0x81 not present, 0x82 task gate, 0x83 16-bit trap gate, 0x84 bad
        mov edi, IDT
        mov esi, A(stubs)
        xor ecx, ecx
.idt:   mov eax, esi
        mov [edi], ax
        mov word [edi+2], C32
        mov word [edi+4], 0x8E00
        shr eax, 16
        mov [edi+6], ax
        add edi, 8
        add esi, 16
        inc ecx
        cmp ecx, 32
        jb .idt
        mov edi, IDT + 0x80*8
        mov eax, A(int80)
        mov [edi], ax
        mov word [edi+2], C32
        mov word [edi+4], 0xEF00
        shr eax, 16
        mov [edi+6], ax
        mov dword [edi+8], C32 << 16
        mov dword [edi+12], 0x6F00
        mov dword [edi+16], STSS2 << 16
        mov dword [edi+20], 0xE500
        mov word [edi+26], C32
        mov dword [edi+28], 0xEC00
        ; 3 and 4 for the user
        mov byte [IDT+3*8+5], 0xEE
        mov byte [IDT+4*8+5], 0xEE
        ; TSS
        mov dword [TSS1+4], STACK0 - 0x400
        mov dword [TSS1+8], D32
        mov dword [TSS1+0x1C], 0
        mov word [TSS1+0x66], 0x88
        ; I/O map: all denied but 0xE9 and 0x3F8-0x3FB
        mov edi, TSS1 + 0x88
        mov ecx, 0x2000
        mov al, 0xFF
        cld
        rep stosb
        mov byte [TSS1 + 0x88 + 0xE9/8], 0xFD
        mov byte [TSS1 + 0x88 + 0x3F8/8], 0xF0
        mov byte [TSS1 + 0x68 + 4], 0xFD        ; redirection map: vector 0x21 goes to the 8086 program's own handler... off
        ; LDT: one data segment
        mov dword [LDTA], 0x0000FFFF
        mov dword [LDTA+4], 0x00CF9200
        mov dword [LDTA+8], 0x0000FFFF
        mov dword [LDTA+12], 0x00CFF200

        mov ax, STSS1
        ltr ax
        mov eax, [GDT+STSS1+4]
        call show
        call nl

        ; ---- segment loads
%macro LOADSEG 3 ; name reg selector
        TB %1
        mov eax, %3
        mov %2, ax
        mov eax, %2
        TE
%endmacro
        LOADSEG "ds null", ds, 0
        LOADSEG "ds null3", ds, 3
        TB "null use"
        mov eax, 0
        mov fs, ax
        mov eax, [fs:0x8000]
        TE
        LOADSEG "ss null", ss, 0
        LOADSEG "ds lim", ds, 0x300
        LOADSEG "ds np", ds, NPD
        LOADSEG "es np", es, NPD
        LOADSEG "ss np", ss, NPD
        LOADSEG "ds xo", ds, XOC
        LOADSEG "ds code", ds, C32
        LOADSEG "ds tss", ds, STSS2
        LOADSEG "ds gate", ds, CG32
        LOADSEG "ss ro", ss, ROD
        LOADSEG "ss code", ss, C32
        LOADSEG "ss rpl", ss, D32+3
        LOADSEG "ss user", ss, D32U
        LOADSEG "ds user", ds, D32U
        LOADSEG "ds rpl3", ds, D32+3
        LOADSEG "ds conf", ds, CONF
        LOADSEG "ldt off", fs, 4
        TB "lldt bad"
        mov ax, D32
        lldt ax
        TE
        TB "lldt lim"
        mov ax, 0x7F8
        lldt ax
        TE
        TB "lldt ti"
        mov ax, SLDT+4
        lldt ax
        TE
        TB "lldt"
        mov ax, SLDT
        lldt ax
        sldt eax
        TE
        LOADSEG "ldt 0", fs, 4
        LOADSEG "ldt 1", fs, 15
        LOADSEG "ldt lim", fs, 0x14
        TB "ltr busy"
        mov ax, STSS1
        ltr ax
        TE
%ifndef QEMU
        TB "ltr null"
        xor ax, ax
        ltr ax
        TE
%endif
        TB "ltr ldt"
        mov ax, SLDT
        ltr ax
        TE
        TB "pop ss"
        push dword 0x18
        pop ss
        TE
        TB "mov cs"
        db 0x8E, 0xC8
        TE
        TB "mov s6"
        db 0x8E, 0xF0
        TE
        TB "lds bad"
        mov dword [VARS+32], 0x11223344
        mov word [VARS+36], 0x7F0
        lds eax, [VARS+32]
        TE
        TB "lfs"
        mov word [VARS+36], D32
        lfs eax, [VARS+32]
        TE
        TB "accessed"
        mov eax, [GDT+ROD+4]
        push eax
        mov ax, ROD
        mov gs, ax
        pop eax
        mov eax, [GDT+ROD+4]
        TE

        ; ---- LAR LSL VERR VERW ARPL
        mov esi, 0
.probe: mov eax, esi
        call show
        mov eax, 0xDEADBEEF
        lar eax, si
        pushfd
        call show
        pop eax
        and eax, 0x40
        call show
        mov eax, 0xDEADBEEF
        lsl eax, si
        call show
        verr si
        setz al
        verw si
        setz ah
        movzx eax, ax
        call show
        call nl
        add esi, 8
        cmp esi, LIMIT_GDT + 8
        jb .probe
        mov eax, 0xDEADBEEF
        lar ax, [A(sel_d32)]
        call show
        mov ax, 0x10
        mov cx, 0x23
        arpl ax, cx
        pushfd
        call show
        pop eax
        and eax, 0x40
        call show
        call nl

        ; ---- far jumps and calls
        TB "jmp null"
        jmp 0:0
        TE
        TB "jmp data"
        jmp D32:0
        TE
        TB "jmp np"
        jmp NPC:0
        TE
        TB "jmp lim"
        jmp 0x7F8:0
        TE
        TB "jmp rpl3"
        jmp C32+3:0
        TE
        TB "jmp user"
        jmp C32U:0
        TE
        TB "jmp conf"
        jmp CONF:A(conf_here)
conf_here:
        mov eax, cs
        jmp C32:A(conf_back)
conf_back:
        TE
        TB "jmp eip"
        jmp C16:0x12345
        TE
        TB "call np"
        call NPCG:0
        TE
        TB "call ldt"
        call SLDT:0
        TE
        TB "call far"
        mov edx, esp
        call C32:A(far_target)
        sub edx, esp
        mov eax, edx
        TE
        TB "call g32"
        push dword 0x1111
        push dword 0x2222
        call CG32:0
        mov eax, esp
        TE
        TB "16 bit"
        jmp C16:code16
code16_back:
        TE
        TB "busy"
        call STSS1:0
        TE

        ; ---- interrupts
        TB "int np"
        int 0x81
        TE
        TB "int 84"
        int 0x84
        TE
        TB "int 90"
        int 0x90
        TE
        TB "int ff"
        int 0xFF
        TE
        TB "int80"
        int 0x80
        TE
        TB "int3"
        int3
        TE
        TB "into"
        mov al, 0x7F
        inc al
        into
        TE
        TB "int1"
        db 0xF1
        TE
        TB "div0"
        xor ecx, ecx
        div ecx
        TE
        TB "ud2"
        ud2
        TE
        TB "bound"
        mov dword [VARS+32], 1
        mov dword [VARS+36], 5
        mov eax, 6
        bound eax, [VARS+32]
        TE
        ; IRET with bad frames
%macro BADIRET 2 ; name cs
        TB %1
        push dword 0x2
        push dword %2
        push dword A(start32)
        iretd
        TE
%endmacro
        BADIRET "iret nul", 0
        BADIRET "iret dat", D32
        BADIRET "iret np", NPC
        BADIRET "iret dpl", C32+3
        BADIRET "iret lim", 0x7F8
        TB "iret ss"
        push dword D32
        push dword STACK3
        push dword 2
        push dword C32U
        push dword A(r3_null)
        iretd
        TE
        TB "iret ss0"
        push dword 0
        push dword STACK3
        push dword 2
        push dword C32U
        push dword A(r3_null)
        iretd
        TE
        TB "retf bad"
        push dword D32
        push dword 0
        retf
        TE

        ; ---- control registers
%macro BADCR0 2
        TB %1
        mov eax, %2
        mov cr0, eax
        mov eax, cr0
        TE
%endmacro
%ifndef QEMU
        BADCR0 "cr0 pg", 0x80000000
        BADCR0 "cr0 nw", 0x20000011
%endif
        BADCR0 "cr0 ok", 0x00000013
        TB "cr0 end"
        mov eax, 0x11
        mov cr0, eax
        mov eax, cr0
        TE
%ifndef QEMU
        TB "cr4 bad"
        mov eax, 0x80000000
        mov cr4, eax
        TE
%endif
        TB "cr4 tsd"
        mov eax, 0x0C
        mov cr4, eax
        mov eax, cr4
        TE
        TB "cr1"
        db 0x0F, 0x20, 0xC8
        TE
        TB "cr5"
        db 0x0F, 0x22, 0xE8
        TE
        TB "dr4 de"
        db 0x0F, 0x21, 0xE0
        TE
        TB "cr4 off"
        xor eax, eax
        mov cr4, eax
        mov eax, cr4
        TE
        TB "dr4"
        mov eax, 0x12345678
        db 0x0F, 0x23, 0xF0
        db 0x0F, 0x21, 0xE0
        TE
        TB "dr7"
        mov eax, 0
        mov dr7, eax
        mov eax, dr7
        TE
        TB "lmsw"
        mov ax, 0xE
        lmsw ax
        mov eax, cr0
        mov ecx, 0x11
        mov cr0, ecx
        TE
        TB "clts"
        mov eax, 0x19
        mov cr0, eax
        fninit
        TE
        TB "clts2"
        clts
        fninit
        mov eax, cr0
        TE
        TB "em"
        mov eax, 0x15
        mov cr0, eax
        fld1
        TE
        TB "wait"
        mov eax, 0x1B
        mov cr0, eax
        wait
        TE
        mov eax, 0x11
        mov cr0, eax
        TB "msr bad"
        mov ecx, 0x12345
        wrmsr
        TE
        TB "xgetbv"
        xor ecx, ecx
        xgetbv
        TE

        ; ---- single step and breakpoints
        TB "tf"
        pushfd
        or dword [esp], 0x100
        popfd
        nop
        TE
        TB "dr6"
        mov eax, dr6
        TE
        TB "tf pop ss"
        mov dword [VARS+32], D32
        pushfd
        or dword [esp], 0x100
        popfd
        mov ss, [VARS+32]
        nop
        TE
        xor eax, eax
        mov dr6, eax
        TB "bp exec"
        mov eax, A(bp_here)
        mov dr0, eax
        mov eax, 0x402
        mov dr7, eax
        nop
bp_here:
        nop
        TE
        TB "bp dr6"
        mov eax, dr6
        TE
        xor eax, eax
        mov dr6, eax
        TB "bp write"
        mov eax, VARS+0x40
        mov dr1, eax
        mov eax, 0x00D00408
        mov dr7, eax
        mov eax, [VARS+0x40]
        mov [VARS+0x42], al
        TE
        TB "bp dr6"
        mov eax, dr6
        TE
        xor eax, eax
        mov dr7, eax
        mov dr6, eax
%ifndef QEMU
        TB "gd"
        mov eax, 0x2400
        mov dr7, eax
        mov eax, dr0
        TE
        TB "gd dr6"
        mov eax, dr6
        TE
        TB "gd dr7"
        mov eax, dr7
        TE
%endif
        xor eax, eax
        mov dr6, eax

        ; ---- ring 3
%macro R3 1 ; name; code follows in ring 3, ended by R3E
        call tname
        db %1, 0
        mov dword [recover], A(%%end)
        jmp %%go
%%end:  jmp %%skip
%%go:   mov ecx, D32U
        mov ds, ecx
        mov es, ecx
        push dword D32U
        push dword STACK3
        push dword [A(r3flags)]
        push dword C32U
        push dword A(%%user)
        iretd
%%user:
%push r
%define %$skip %%skip
%endmacro
%macro R3E 0
        int 0x80
%$skip:
%pop
%endmacro
        R3 "r3"
        mov eax, cs
        R3E
        R3 "r3 flags"
        pushfd
        pop eax
        R3E
        R3 "r3 popf"
        push dword 0x3202
        popfd
        pushfd
        pop eax
        R3E
        R3 "r3 ds"
        mov eax, ds
        R3E
        R3 "r3 cli"
        cli
        R3E
        R3 "r3 hlt"
        hlt
        R3E
        R3 "r3 in ok"
        in al, 0xE9
        R3E
        R3 "r3 in no"
        in al, 0xEA
        R3E
        R3 "r3 inw"
        in ax, 0xE9
        R3E
        R3 "r3 ind"
        mov dx, 0x3F8
        in eax, dx
        xor eax, eax
        R3E
        R3 "r3 ins"
        mov edi, STACK3
        mov dx, 0x3FC
        insb
        R3E
        R3 "r3 cr0"
        mov eax, cr0
        R3E
        R3 "r3 smsw"
        smsw eax
        R3E
        R3 "r3 lgdt"
        lgdt [VARS]
        R3E
        R3 "r3 int"
        int 0x20
        R3E
        R3 "r3 int3"
        int3
        R3E
        R3 "r3 div"
        xor ecx, ecx
        div ecx
        R3E
        R3 "r3 ds0"
        mov ax, D32
        mov ds, ax
        R3E
        R3 "r3 conf"
        call CONF:A(conf_sub)
        R3E
        R3 "r3 call0"
        call C32:0
        R3E
        R3 "r3 gate"
        push dword 0x3333
        push dword 0x4444
        call CG32U:0
        mov eax, esp
        R3E
        R3 "r3 np"
        call NPCG+3:0
        R3E
        R3 "r3 lar"
        mov ecx, D32
        mov eax, 0x5555
        lar eax, cx
        R3E
        R3 "r3 verr"
        xor eax, eax
        mov cx, C32U
        verr cx
        setz al
        R3E
        R3 "r3 rdtsc"
        rdtsc
        xor eax, eax
        R3E
        R3 "r3 iret"
        push dword 2
        push dword C32
        push dword 0
        iretd
        R3E
        R3 "r3 sti"
        sti
        R3E
        R3 "r3 dr"
        mov eax, dr0
        R3E
        R3 "r3 ud"
        ud2
        R3E
        R3 "r3 int1"
        db 0xF1
        R3E
        R3 "r3 tf"
        push dword 0x102
        popfd
        nop
        nop
        R3E
        ; alignment checks
        mov eax, cr0
        or eax, 0x40000
        mov cr0, eax
        mov dword [VARS+0x60], 0x40202
        R3 "r3 ac"
        push dword 0x40202
        popfd
        mov eax, [STACK3-0x101]
        R3E
        R3 "r3 noac"
        mov eax, [STACK3-0x101]
        xor eax, eax
        R3E
        mov eax, 0x11
        mov cr0, eax

        ; ---- tasks
        mov dword [TSS2+0x20], A(task2)
        mov dword [TSS2+0x24], 2
        mov dword [TSS2+0x38], STACKX
        mov word [TSS2+0x48], D32
        mov word [TSS2+0x4C], C32
        mov word [TSS2+0x50], D32
        mov word [TSS2+0x54], D32
        mov word [TSS2+0x58], 0
        mov word [TSS2+0x5C], D32
        mov word [TSS2+0x60], 0
        mov dword [TSS2+0x28], 0x10001
        TB "task call"
        call STSS2:0
        mov eax, [TSS2+0x38]
        TE
        TB "task busy"
        mov eax, [GDT+STSS2+4]
        TE
        TB "task cr0"
        mov eax, cr0
        clts
        TE
        TB "task gate"
        call TGATE:0
        mov eax, [TSS1+0x20]
        TE
        TB "task int"
        int 0x82
        mov eax, [TSS1+0x24]
        TE
        TB "task link"
        movzx eax, word [TSS2]
        TE
        TB "task np"
        mov word [TSS2+0x54], NPD
        mov dword [TSS2+0x20], A(task2)
        call STSS2:0
        TE
        ; the fault above left us in task 2: go back with a jump, making task 1 available first
        str ax
        movzx eax, ax
        call show
        and byte [GDT+STSS1+5], 0xFD
        and byte [GDT+STSS2+5], 0xFD
        mov ax, STSS1
        ltr ax
        pushfd
        and dword [esp], ~0x4000
        popfd
        clts
        mov word [TSS2+0x54], D32
        call nl
        TB "task lim"
        mov byte [GDT+STSS2], 0x66
        call STSS2:0
        TE
        mov byte [GDT+STSS2], 0x67
        TB "nt iret"
        mov word [TSS1], 0
        pushfd
        or dword [esp], 0x4000
        popfd
        iretd
        TE
        pushfd
        and dword [esp], ~0x4000
        popfd

        ; ---- virtual-8086 mode
%macro V86 2 ; name flags
        call tname
        db %1, 0
        mov dword [recover], A(%%end)
        jmp %%go
%%end:  jmp %%skip
%%go:   push dword 0x4444
        push dword 0x3333
        push dword 0x2222
        push dword 0x1111
        push dword 0x0400
        push dword 0x1000
        push dword %2
        push dword 0xF000
        push dword %%user
        iretd
        bits 16
%%user:
%push v
%define %$skip %%skip
%endmacro
%macro V86E 0
        int 0x80
        bits 32
%$skip:
%pop
%endmacro
        mov word [0x21*4], v86_21
        mov word [0x21*4+2], 0xF000
        V86 "v86 int0", 0x20002
        V86E
        V86 "v86 int3", 0x23002
        mov ax, ds
        V86E
        V86 "v86 cli", 0x20002
        cli
        V86E
        V86 "v86 cli3", 0x23202
        cli
        pushf
        pop ax
        V86E
        V86 "v86 pushf", 0x20002
        pushf
        V86E
        V86 "v86 hlt", 0x23002
        hlt
        V86E
        V86 "v86 in", 0x23002
        in al, 0xEA
        V86E
        V86 "v86 inok", 0x23002
        in al, 0xE9
        V86E
        V86 "v86 lldt", 0x23002
        lldt ax
        V86E
        V86 "v86 lar", 0x23002
        lar ax, ax
        V86E
        V86 "v86 sgdt", 0x23002
        sgdt [0]
        V86E
        V86 "v86 cr0", 0x23002
        mov eax, cr0
        V86E
        V86 "v86 seg", 0x23002
        mov ax, 0x1234
        mov es, ax
        mov ax, es
        V86E
        V86 "v86 far", 0x23002
        call 0xF000:v86_far
        mov ax, 0x77
        V86E
        V86 "v86 ud", 0x23002
        ud2
        V86E
        V86 "v86 iret", 0x20002
        iret
        V86E
        V86 "v86 ext", 0x23002
        mov eax, [dword 0x10000]
        V86E

        ; ---- 32-bit paging: identity with 4 KiB pages for 4 MiB, 4 MiB pages at 0x400000 and 0x800000
        mov edi, PD32
        mov ecx, 0x800
        xor eax, eax
        rep stosd
        mov edi, PT32
        mov eax, 7
        mov ecx, 1024
.pt:    stosd
        add eax, 0x1000
        loop .pt
        mov dword [PD32], PT32 + 7
        mov dword [PD32+4], 0x83              ; supervisor 4 MiB
        mov dword [PD32+8], 0x400087           ; user 4 MiB
        mov dword [PD32+12], 0x600087          ; reserved bit 21
        mov dword [PT32+USERPAGE/1024], USERPAGE + 5    ; read-only user
        mov dword [PT32+USERPAGE/1024+4], USERPAGE + 0x1003 ; supervisor
        mov dword [PT32+USERPAGE/1024+8], 0x2FF8000     ; not present
        mov eax, 0x10
        mov cr4, eax
        mov eax, PD32
        mov cr3, eax
        mov eax, 0x80000011
        mov cr0, eax
        jmp .paged
.paged:
%macro PAGED 0
        TB "pg ok"
        mov eax, [0x401000]
        mov eax, [PD32+4]
        TE
        TB "pg wr"
        mov [0x401000], eax
        mov eax, [PD32+4]
        TE
        TB "pg np"
        mov eax, [USERPAGE+0x2004]
        TE
        TB "pg npw"
        mov [USERPAGE+0x2008], eax
        TE
        TB "pg rsvd"
        mov eax, [0xC00010]
        TE
        TB "pg nopde"
        mov eax, [0x1000010]
        TE
        TB "pg ro"
        mov [USERPAGE+8], eax
        TE
        R3 "u ro"
        mov [USERPAGE+8], eax
        R3E
        R3 "u rd"
        mov eax, [USERPAGE]
        xor eax, eax
        R3E
        R3 "u sup"
        mov eax, [USERPAGE+0x1010]
        R3E
        R3 "u supw"
        mov [USERPAGE+0x1010], eax
        R3E
        R3 "u np"
        push dword [USERPAGE+0x2000]
        R3E
        R3 "u exec"
        mov eax, USERPAGE+0x1000
        jmp eax
        R3E
        R3 "u cross"
        mov eax, [USERPAGE+0xFFE]
        R3E
        R3 "u xchg"
        xchg [USERPAGE+0xFF0], eax
        R3E
%endmacro
        PAGED
        mov eax, 0x80010011
        mov cr0, eax
        TB "wp"
        mov [USERPAGE+8], eax
        TE
        TB "ad"
        mov eax, [PT32+USERPAGE/1024]
        call show
        mov eax, [PT32+VARS/1024]
        call show
        mov eax, [PD32]
        call show
        mov eax, [PD32+8]
        TE
        TB "invlpg"
        mov dword [PT32+USERPAGE/1024+8], USERPAGE + 0x2003
        invlpg [USERPAGE+0x2000]
        mov dword [USERPAGE+0x2000], 0x600D
        mov eax, [USERPAGE+0x2000]
        TE
        TB "remap"
        mov dword [USERPAGE+0x1000], 0x1001
        mov dword [PT32+USERPAGE/1024+8], USERPAGE + 0x1003
        invlpg [USERPAGE+0x2000]
        mov eax, [USERPAGE+0x2000]
        TE
        mov eax, 0x11
        mov cr0, eax

        ; ---- PAE
        mov edi, PML4
        mov ecx, 0x1000
        xor eax, eax
        rep stosd
        mov dword [PML4], PDIR + 1
        mov dword [PDIR], PTAB + 7
        mov dword [PDIR+8], 0x200083
        mov dword [PDIR+16], 0x400087
        mov dword [PDIR+24], 0x402087            ; reserved bit 13
        mov edi, PTAB
        mov eax, 7
        mov ecx, 512
.ptae:  stosd
        mov dword [edi], 0
        add edi, 4
        add eax, 0x1000
        loop .ptae
        mov dword [PTAB+USERPAGE/512], USERPAGE + 5
        mov dword [PTAB+USERPAGE/512+8], USERPAGE + 0x1003
        mov dword [PTAB+USERPAGE/512+16], 0
        mov dword [PTAB+USERPAGE/512+24], USERPAGE + 7
        mov dword [PTAB+USERPAGE/512+28], 0x80000000      ; NX
        mov dword [PTAB+USERPAGE/512+32], USERPAGE + 7
        mov dword [PTAB+USERPAGE/512+36], 0x00100000      ; reserved
        mov eax, 0x20
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov eax, 0x80000011
        mov cr0, eax
        TB "pae"
        mov eax, cr4
        TE
        TB "pae nx0"
        mov eax, [USERPAGE+0x3000]
        TE
        TB "pae rsv"
        mov eax, [USERPAGE+0x4000]
        TE
        TB "pae 2m"
        mov eax, [0x200000]
        mov eax, [PDIR+8]
        TE
        TB "pae 2mr"
        mov eax, [0x600000]
        TE
        TB "pae nopd"
        mov eax, [0x40000000]
        TE
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x800
        wrmsr
        TB "pae nx1"
        mov eax, [USERPAGE+0x3000]
        TE
        TB "pae nxx"
        mov eax, USERPAGE+0x3000
        jmp eax
        TE
        R3 "u nxx"
        mov eax, USERPAGE+0x3000
        jmp eax
        R3E
        R3 "u npx"
        mov eax, USERPAGE+0x2000
        jmp eax
        R3E
        R3 "u 2m"
        mov eax, [0x400000]
        mov eax, 0
        R3E
        R3 "u 2ms"
        mov eax, [0x200000]
        R3E
        TB "pdpte"
        mov dword [PML4+8], 0x1E7
        mov eax, PML4
        mov cr3, eax
        TE
        mov dword [PML4+8], 0
        mov eax, 0x11
        mov cr0, eax

        ; ---- long mode
        TB "lm nopae"
        xor eax, eax
        mov cr4, eax
        mov ecx, 0xC0000080
        rdmsr
        or eax, 0x100
        wrmsr
%ifndef QEMU
        mov eax, 0x80000011
        mov cr0, eax
%endif
        TE
        mov edi, PML4
        mov ecx, 0x400
        xor eax, eax
        rep stosd
        mov dword [PML4], PDPT + 7
        mov edi, PDPT
        mov ecx, 0x400
        xor eax, eax
        rep stosd
        mov dword [PDPT], PDIR + 7
        mov dword [PDPT+8], 0x40000087
        mov dword [PDPT+16], 0x40002087
        mov eax, 0x620
        mov cr4, eax
        mov eax, PML4
        mov cr3, eax
        mov eax, 0x80010011
        mov cr0, eax
        jmp C64:A(start64)

sel_d32: dw D32, 0
r3flags: dd 0x202

; ---- 32-bit routines
tname:  pop esi
        mov ecx, 9
.c:     mov al, [cs:esi]
        inc esi
        test al, al
        jz .pad
        out 0xE9, al
        dec ecx
        jmp .c
.pad:   mov al, ' '
        out 0xE9, al
        dec ecx
        jg .pad
        mov eax, 0x0ACE
        jmp esi
tok:    push dword D32
        pop ds
        push eax
        mov al, '='
        out 0xE9, al
        pop eax
        call show
        call nl
        mov eax, D32
        mov ds, eax
        mov es, eax
        ret
nl:     push eax
        mov al, 10
        out 0xE9, al
        pop eax
        ret
show:   push eax
        push ecx
        mov ecx, 8
.n:     rol eax, 4
        push eax
        and al, 15
        cmp al, 10
        sbb al, 0x69
        das
        out 0xE9, al
        pop eax
        loop .n
        mov al, ' '
        out 0xE9, al
        pop ecx
        pop eax
        ret

conf_sub: mov eax, cs
        shl eax, 16
        retf
far_target: retf
gate_target:
        ; CS, first parameter, stack level
        mov eax, [esp+4]
        call show
        mov eax, [esp+8]
        call show
        mov eax, [esp+12]
        call show
        mov eax, cs
        call show
        mov eax, ss
        call show
        retf 8
gate16_target: retf
r3_null: int 0x80
task2:  mov eax, [esp]
        call show
        str ax
        call show
        pushfd
        pop eax
        and eax, 0x4000
        call show
        mov al, '|'
        out 0xE9, al
        iretd
        jmp task2

        align 16, db 0x90
stubs:
%assign v 0
%rep 32
        align 16, db 0x90
%if v = 8 || (v >= 10 && v <= 14) || v = 17
        push dword v
        jmp strict near trap32
%else
        push dword 0xEE
        push dword v
        jmp strict near trap32
%endif
%assign v v+1
%endrep
        align 16, db 0x90
trap32: push eax
        push ds
        mov ax, D32
        mov ds, ax
        mov es, ax
        mov al, '!'
        out 0xE9, al
        mov eax, [esp+8]
        call show
        mov eax, [esp+12]
        call show
        mov eax, [esp+16]
        call show
        mov eax, [esp+20]
        call show
        mov eax, [esp+24]
        and eax, 0x2F700                ; not the arithmetic flags, and not RF
        call show
        test byte [esp+20], 3
        jnz .outer
        test dword [esp+24], 0x20000
        jz .inner
.outer: mov eax, [esp+28]
        call show
        mov eax, [esp+32]
        call show
        test dword [esp+24], 0x20000
        jz .inner
        mov eax, [esp+36]
        call show
        mov eax, [esp+48]
        call show
        mov eax, ds
        call show
        mov eax, gs
        call show
.inner: cmp dword [esp+8], 14
        jne .nocr2
        mov eax, cr2
        call show
.nocr2: call nl
back:   mov ax, D32
        mov ss, ax
        mov ds, ax
        mov es, ax
        mov esp, STACK0
        push dword 2
        popfd
        mov ecx, dr7
        jmp dword [recover]
int80:  push eax
        push ds
        mov ax, D32
        mov ds, ax
        mov al, '*'
        out 0xE9, al
        mov eax, [esp+4]
        call show
        mov eax, [esp+12]
        call show
        mov eax, [esp+16]
        and eax, 0x2F702
        call show
        call nl
        jmp back

        bits 16
code16: mov ax, D16
        mov ss, ax
        mov sp, 0x6000
        push ax
        push dword 0x12345678
        pop ax
        mov dx, ax
        call C16:far16
        movzx eax, sp
        shl eax, 16
        mov ax, dx
        mov dx, D32
        mov ss, dx
        mov esp, STACK0
        jmp dword C32:A(code16_back)
far16:  o32 push cs
        o32 pop ecx
        retf
v86_21: iret
v86_far: retf
        bits 32

; ------------------------------------------------------------------------------------------------------------------------------
        bits 64
        default rel
%macro TB64 1
        call tname64
        db %1, 0
        lea rdx, [%%end]
        mov [abs recover], rdx
        jmp %%go
%%end:  jmp %%skip
%%go:
%push t
%define %$skip %%skip
%endmacro
%macro TE64 0
        call tok64
%$skip:
%pop
%endmacro

start64:
        mov ax, D64
        mov ds, ax
        mov es, ax
        mov ss, ax
        mov rsp, STACK0
        ; 64-bit IDT at the same place
        mov edi, IDT
        lea rsi, [stubs64]
        xor ecx, ecx
.idt:   mov rax, rsi
        mov [rdi], ax
        mov word [rdi+2], C64
        mov word [rdi+4], 0x8E00
        shr rax, 16
        mov [rdi+6], ax
        mov dword [rdi+8], 0
        mov dword [rdi+12], 0
        add rdi, 16
        add rsi, 16
        inc ecx
        cmp ecx, 32
        jb .idt
        mov byte [abs IDT+8*16+4], 1          ; #DF on IST 1
        mov byte [abs IDT+18*16+4], 2
        mov byte [abs IDT+3*16+5], 0xEE
        mov byte [abs IDT+4*16+5], 0xEE
        mov edi, IDT+0x40*16
        lea rax, [int40]
        mov [rdi], ax
        mov word [rdi+2], C64
        mov word [rdi+4], 0xEE03
        shr rax, 16
        mov [rdi+6], ax
        mov qword [rdi+8], 0
        lea rax, [int40]
        mov [rdi+16], ax
        mov word [rdi+18], C64
        mov word [rdi+20], 0xEF00
        shr rax, 16
        mov [rdi+22], ax
        mov qword [rdi+24], 0
        mov dword [rdi+32], C32 << 16
        mov dword [rdi+36], 0xEE00
        mov qword [rdi+40], 0
        mov dword [rdi+48], C64 << 16
        mov dword [rdi+52], 0xE600
        mov qword [rdi+56], 0
        lidt [idtr64]
        mov edi, TSS1
        mov ecx, 26
        xor eax, eax
        rep stosd
        mov qword [abs TSS1+4], STACK0-0x400
        mov qword [abs TSS1+0x24], STACKX
        mov qword [abs TSS1+0x2C], STACKX-0x100
        mov qword [abs TSS1+0x34], STACKX-0x208
        mov word [abs TSS1+0x66], 0x88
        mov ax, TSS64
        ltr ax
        xor eax, eax
        lldt ax
        mov rax, cr4
        call show64
        mov ecx, 0xC0000080
        rdmsr
        call show64
        call nl64

        TB64 "null ds"
        xor eax, eax
        mov ds, ax
        mov eax, [abs VARS]
        mov eax, ds
        TE64
        TB64 "null ss"
        xor eax, eax
        mov ss, ax
        mov eax, ss
        TE64
        TB64 "null ss3"
        mov eax, 3
        mov ss, ax
        TE64
        TB64 "bad ds"
        mov eax, NPD
        mov ds, ax
        TE64
        TB64 "noncan"
        mov rax, 0x8000000000000000
        mov rax, [rax]
        TE64
        TB64 "noncan2"
        mov rax, 0x7FFFFFFFFFFF
        mov rax, [rax]
        TE64
        ; not canonical, through the stack or not
%macro STK 2+
        TB64 %1
        mov rax, 0x8000000000000000
        mov rbp, rax
        mov r12, rax
        %2
        TE64
%endmacro
        STK "nc rbp", mov rax, [rbp]
        STK "nc rbp8", mov [rbp+8], rax
        STK "nc r12", mov rax, [r12]
        STK "nc rspx", mov rax, [rsp+rax]
        STK "nc sib5", mov rax, [rax+rbp*2]
        STK "nc fs", mov rax, [fs:rbp]
        STK "nc ds", add [ds:rbp], eax
        STK "nc sse", movups xmm0, [rbp+16]
        STK "nc leave", leave
        STK "nc pushm", push qword [rax]
        STK "nc movs", lodsb
        TB64 "nc push"
        mov rsp, 0x8000000000000000
        push rax
        TE64
        TB64 "nc call"
        mov rsp, 0x8000000000000000
        call rax
        TE64
        TB64 "nc ret"
        mov rsp, 0x8000000000000000
        ret
        TE64
        TB64 "jmp nc"
        mov rax, 0x1234567812345678
        jmp rax
        TE64
        TB64 "np"
        mov rax, 0x10000000000
        mov rax, [rax]
        TE64
        TB64 "1g"
        mov rax, [abs 0x40000000]
        mov rax, [abs PDPT+8]
        TE64
        TB64 "1g rsv"
        mov eax, 0x80000000
        mov rax, [rax]
        TE64
        TB64 "ro wp"
        mov [abs USERPAGE], eax
        TE64
        TB64 "nx"
        mov eax, USERPAGE+0x3000
        jmp rax
        TE64
        TB64 "int40"
        int 0x40
        TE64
        TB64 "int41"
        int 0x41
        TE64
        TB64 "int42"
        int 0x42
        TE64
        TB64 "int43"
        int 0x43
        TE64
        TB64 "int80"
        int 0x80
        TE64
        TB64 "int3"
        int3
        TE64
        TB64 "into"
        db 0xCE
        TE64
        TB64 "ud push"
        db 0x06
        TE64
        TB64 "ljmp"
        db 0xEA, 0, 0, 0, 0, 8, 0
        TE64
        TB64 "df"
        mov byte [abs IDT+13*16+5], 0x0E      ; #GP gate not present: #GP then #NP is a double fault
        mov eax, 0x300
        mov ds, ax
        TE64
        mov byte [abs IDT+13*16+5], 0x8E
        TB64 "pf df"
        mov byte [abs IDT+14*16+5], 0x0E
        mov eax, [abs USERPAGE+0x2000]
        TE64
        mov byte [abs IDT+14*16+5], 0x8E
%ifndef QEMU
        TB64 "cr0 pg0"
        mov rax, cr0
        and eax, 0x7FFFFFFF
        mov cr0, rax
        TE64
        TB64 "cr0 hi"
        mov rax, cr0
        bts rax, 32
        mov cr0, rax
        TE64
        TB64 "cr3 hi"
        mov rax, cr3
        bts rax, 52
        mov cr3, rax
        TE64
        TB64 "cr4 pae"
        mov rax, cr4
        and eax, ~0x20
        mov cr4, rax
        TE64
        TB64 "cr4 pcid"
        mov rax, cr4
        bts eax, 31
        mov cr4, rax
        TE64
%endif
        TB64 "cr8"
        mov eax, 5
        mov cr8, rax
        mov rax, cr8
        TE64
        TB64 "cr8 16"
        mov eax, 16
        mov cr8, rax
        TE64
        xor eax, eax
        mov cr8, rax
        TB64 "dr7 hi"
        mov rax, 0x100000000
        mov dr7, rax
        TE64
        TB64 "efer lme"
        mov ecx, 0xC0000080
        rdmsr
        and eax, ~0x100
        wrmsr
        TE64
        TB64 "efer rsv"
        mov ecx, 0xC0000080
        rdmsr
        or eax, 2
        wrmsr
        TE64
        TB64 "lstar nc"
        mov ecx, 0xC0000082
        mov edx, 0x12345678
        xor eax, eax
        wrmsr
        TE64
        TB64 "gsbase"
        mov ecx, 0xC0000101
        mov edx, 0xFFFF8000
        mov eax, 0x1000
        wrmsr
        mov ecx, 0xC0000102
        mov edx, 0
        mov eax, VARS
        wrmsr
        swapgs
        mov dword [gs:0x50], 0x6789
        mov ecx, 0xC0000101
        rdmsr
        call show64
        mov ecx, 0xC0000102
        rdmsr
        mov eax, edx
        call show64
        mov eax, [abs VARS+0x50]
        TE64
        TB64 "fsbase"
        mov rax, cr4
        or eax, 0x10000
        mov cr4, rax
        mov rax, 0x123456789
        wrfsbase rax
        rdfsbase rax
        TE64
        TB64 "fsbase32"
        mov rax, 0xFFFFFFFF80000000
        wrfsbase eax
        rdfsbase rax
        TE64
        TB64 "fs nc"
        mov rax, 0x8000000000000000
        wrfsbase rax
        TE64
        TB64 "fs off"
        mov rax, cr4
        and eax, ~0x10000
        mov cr4, rax
        rdfsbase rax
        TE64
        TB64 "pushfs"
        mov ax, D64
        mov fs, ax
        push fs
        pop rax
        TE64
        ; frame alignment
        TB64 "align"
        mov rsp, STACK0-0x13
        int 0x41
        TE64
        TB64 "align16"
        mov rsp, STACK0-0x13
        ud2
        TE64
        ; IRETQ with bad frames
        TB64 "iretq cs"
        push D64
        push STACK0
        push 2
        push 0
        lea rax, [start64]
        push rax
        iretq
        TE64
        TB64 "iretq nc"
        push D64
        push STACK0
        push 2
        push C64
        mov rax, 0x123456789ABCDEF0
        push rax
        iretq
        TE64
        TB64 "iretq n0"
        push 0
        push STACK0
        push 2
        push C64
        lea rax, [.here]
        push rax
        iretq
.here:  mov eax, ss
        TE64
        TB64 "iretq n3"
        push 0
        push STACK3
        push 2
        push UC64
        lea rax, [r3_64]
        push rax
        iretq
        TE64
        ; far transfers
        TB64 "retfq"
        push C64
        lea rax, [.far]
        push rax
        retfq
.far:   mov eax, cs
        TE64
        TB64 "callfar"
        lea rax, [far64]
        mov [abs VARS+0x40], rax
        mov word [abs VARS+0x48], C64
        call far qword [abs VARS+0x40]
        mov rax, rsp
        TE64
        TB64 "jmp L+D"
        mov word [abs VARS+0x48], 0x100
        jmp far qword [abs VARS+0x40]
        TE64
        TB64 "gate64"
        mov dword [abs VARS+0x44], CG64
        call far dword [abs VARS+0x40]
        TE64
        ; segments lose their limits
        TB64 "compat"
        push C32
        mov eax, A(compat)
        push rax
        retfq
compat64:
        mov rax, rsp
        TE64

%macro R64 1
        call tname64
        db %1, 0
        lea rdx, [%%end]
        mov [abs recover], rdx
        jmp %%go
%%end:  jmp %%skip
%%go:   push UD
        push STACK3
        push 0x202
        push UC64
        lea rax, [%%user]
        push rax
        iretq
%%user:
%push r
%define %$skip %%skip
%endmacro
%macro R64E 0
        int 0x41
%$skip:
%pop
%endmacro
        R64 "u64"
        mov eax, cs
        R64E
        R64 "u64 ds"
        mov eax, ds
        R64E
        R64 "u64 hlt"
        hlt
        R64E
        R64 "u64 sys0"
        syscall
        R64E
        R64 "u64 pf"
        mov eax, [abs USERPAGE+0x1000]
        R64E
        R64 "u64 nx"
        mov eax, USERPAGE+0x3000
        jmp rax
        R64E
        R64 "u64 df"
        mov rsp, 0x8000000000000000
        ud2
        R64E
        R64 "u64 swap"
        swapgs
        R64E
        R64 "u64 null"
        xor eax, eax
        mov ss, ax
        R64E
        R64 "u64 gate"
        lea rax, [far64]
        mov [abs STACK3-0x100], rax
        mov dword [abs STACK3-0xFC], CG64+3
        call far dword [abs STACK3-0x100]
        mov rax, rsp
        R64E
        R64 "u64 rdms"
        rdmsr
        R64E
        R64 "u64 clac"
        clac
        R64E
        R64 "u64 io"
        in al, 0x60
        R64E
        R64 "u64 iret"
        push UD
        push STACK3
        push 0x3202
        push UC64
        lea rax, [.u]
        push rax
        iretq
.u:     pushfq
        pop rax
        R64E

        ; SYSCALL and SYSRET
        mov ecx, 0xC0000081
        xor eax, eax
        mov edx, ((UC32) << 16) | C64
        wrmsr
        mov ecx, 0xC0000082
        lea rax, [sysentry]
        xor edx, edx
        wrmsr
        mov ecx, 0xC0000083
        lea rax, [sysentry32]
        xor edx, edx
        wrmsr
        mov ecx, 0xC0000084
        mov eax, 0x300
        xor edx, edx
        wrmsr
        mov ecx, 0xC0000080
        rdmsr
        or eax, 1
        wrmsr
        R64 "syscall"
        mov r15, 0
        syscall
        mov rax, r11
        R64E
        R64 "sysret32"
        mov r15, 1
        syscall
        R64E
        R64 "sys comp"
        push UC32
        mov eax, A(user32)
        push rax
        retfq
        R64E
        R64 "sys tf"
        mov r15, 0
        pushfq
        or qword [rsp], 0x100
        popfq
        syscall
        nop
        R64E

        ; SMEP, SMAP, UMIP
        mov eax, 7
        xor ecx, ecx
        cpuid
        mov eax, ebx
        and eax, 0x00100080
        call show64
        mov eax, ecx
        and eax, 4
        call show64
        call nl64
        mov dword [abs PTAB+USERPAGE/512+16], USERPAGE + 0x2003
        mov dword [abs PTAB+USERPAGE/512], USERPAGE + 7
        ; the tables' own pages, the stack and the image have to be supervisor's
        mov edi, PTAB
        mov ecx, USERPAGE/4096
.sup:   and byte [rdi], 0xFB
        add rdi, 8
        loop .sup
        mov edi, PTAB + 0xF0*8
        mov ecx, 16
.sup2:  and byte [rdi], 0xFB
        add rdi, 8
        loop .sup2
        mov rax, cr3
        mov cr3, rax
        mov rax, cr4
        or eax, 0x300800
        mov cr4, rax
        TB64 "smap"
        mov eax, [abs USERPAGE]
        TE64
        TB64 "smap w"
        mov [abs USERPAGE], eax
        TE64
        TB64 "stac"
        stac
        mov dword [abs USERPAGE], 0x90C3
        mov eax, [abs USERPAGE]
        clac
        TE64
        TB64 "stac2"
        stac
        pushfq
        pop rax
        clac
        TE64
        TB64 "smap2"
        mov eax, [abs USERPAGE]
        TE64
        TB64 "smep"
        mov eax, USERPAGE
        call rax
        TE64
        TB64 "smap cr4"
        mov rax, cr4
        and eax, ~0x200000
        mov cr4, rax
        mov eax, [abs USERPAGE]
        TE64
        TB64 "smep off"
        mov rax, cr4
        and eax, ~0x100000
        mov cr4, rax
        mov eax, USERPAGE
        call rax
        TE64
        ; a user page for ring 3 code
        mov dword [abs USERPAGE], 0xE0010F90     ; smsw eax
        mov dword [abs USERPAGE+4], 0x9041CD     ; int 0x41
        call tname64
        db "umip", 0
        lea rdx, [.umip]
        mov [abs recover], rdx
        push UD
        push USERPAGE+0x800
        push 0x202
        push UC64
        push USERPAGE
        iretq
.umip:
        call tname64
        db "umip off", 0
        mov rax, cr4
        and eax, ~0x800
        mov cr4, rax
        lea rdx, [.umip2]
        mov [abs recover], rdx
        push UD
        push USERPAGE+0x800
        push 0x202
        push UC64
        push USERPAGE
        iretq
.umip2:

        ; FXSAVE, XSAVE
        fninit
        fld1
        fldpi
        mov eax, 0x12345678
        movd xmm3, eax
        mov edi, 0x40000
        mov ecx, 1024
        mov al, 0xAA
        rep stosb
        fxsave64 [abs 0x40000]
        mov esi, 0x40000
        mov r8d, 0
.fx:    mov rax, [rsi+r8*8]
        cmp r8d, 1                         ; instruction and data pointers are not kept by all
        je .skipfx
        cmp r8d, 2
        je .skipfx
        call show64
.skipfx: inc r8d
        cmp r8d, 28
        jb .fx
        call nl64
        TB64 "fx align"
        fxsave [abs 0x40008]
        TE64
        TB64 "fx mxcsr"
        mov dword [abs 0x40018], 0x10000
        fxrstor [abs 0x40000]
        TE64
        mov dword [abs 0x40018], 0x1F80
        fninit
        pxor xmm3, xmm3
        fxrstor [abs 0x40000]
        movd eax, xmm3
        call show64
        fstp qword [abs 0x41000]
        mov rax, [abs 0x41000]
        call show64
        fnstsw ax
        movzx eax, ax
        call show64
        call nl64
        TB64 "xs off"
        xor edx, edx
        mov eax, 3
        xsave [abs 0x42000]
        TE64
        mov rax, cr4
        or eax, 0x40000
        mov cr4, rax
        TB64 "xsetbv"
        xor ecx, ecx
        xor edx, edx
        mov eax, 2
        xsetbv
        TE64
        TB64 "xsetbv3"
        xor ecx, ecx
        xor edx, edx
        mov eax, 3
        xsetbv
        xgetbv
        TE64
        TB64 "cpuid 1"
        mov eax, 1
        cpuid
        mov eax, ecx
        and eax, 0x0C000000
        TE64
        TB64 "cpuid d"
        mov eax, 13
        xor ecx, ecx
        cpuid
        mov eax, ebx
        TE64
        TB64 "xsave"
        fninit
        mov edi, 0x42000
        mov ecx, 1024
        xor eax, eax
        rep stosb
        mov eax, 3
        xor edx, edx
        xsave [abs 0x42000]
        mov rax, [abs 0x42200]
        TE64
        TB64 "xrst bad"
        mov dword [abs 0x42200], 4
        mov eax, 3
        xor edx, edx
        xrstor [abs 0x42000]
        TE64
        TB64 "xrstor"
        mov dword [abs 0x42200], 0
        mov eax, 2
        xor edx, edx
        xrstor [abs 0x42000]
        movd eax, xmm3
        TE64
        TB64 "xs align"
        mov eax, 3
        xor edx, edx
        xsave [abs 0x42010]
        TE64
        TB64 "ts nm"
        mov rax, cr0
        or eax, 8
        mov cr0, rax
        mov eax, 3
        xor edx, edx
        xsave [abs 0x42000]
        TE64
        TB64 "ts sse"
        movaps xmm0, xmm1
        TE64
        clts
        TB64 "sse al"
        movaps xmm0, [abs 0x42008]
        TE64

        mov al, 'E'
        out 0xE9, al
        call nl64
        ; triple fault next: leave first
        mov dx, 0x501
        mov al, 0x10
        out dx, al
        ; without isa-debug-exit: an empty IDT and an exception
        lidt [idtr0]
        ud2

idtr64: dw 0xFFF
        dq IDT
idtr0:  dw 0
        dq 0

tname64: pop rsi
        mov ecx, 9
.c:     mov al, [rsi]
        inc rsi
        test al, al
        jz .pad
        out 0xE9, al
        dec ecx
        jmp .c
.pad:   mov al, ' '
        out 0xE9, al
        dec ecx
        jg .pad
        mov eax, 0x0ACE
        jmp rsi
tok64:  push rax
        mov al, '='
        out 0xE9, al
        pop rax
        call show64
        call nl64
        mov eax, D64
        mov ds, eax
        mov es, eax
        mov ss, eax
        ret
nl64:   push rax
        mov al, 10
        out 0xE9, al
        pop rax
        ret
show64: push rax
        push rcx
        mov ecx, 16
.n:     rol rax, 4
        push rax
        and al, 15
        add al, '0'
        cmp al, '9'
        jbe .d
        add al, 7
.d:     out 0xE9, al
        pop rax
        loop .n
        mov al, ' '
        out 0xE9, al
        pop rcx
        pop rax
        ret
far64:  retfq
gate64_target:
        mov rax, [rsp+8]
        call show64
        mov rax, [rsp+24]
        call show64
        mov eax, cs
        call show64
        mov eax, ss
        call show64
        mov rax, rsp
        call show64
        retfq
r3_64:  int 0x41
sysentry:
        mov r14, rsp
        mov rsp, STACK0-0x800
        push rcx
        push r11
        mov rax, rcx
        call show64
        mov rax, r11
        call show64
        pushfq
        pop rax
        call show64
        mov eax, cs
        call show64
        mov eax, ss
        call show64
        pop r11
        pop rcx
        mov rsp, r14
        test r15, r15
        jnz .to32
        o64 sysret
.to32:  mov ecx, A(user32b)
        o32 sysret
sysentry32:
        mov rsp, STACK0-0x800
        mov al, 'c'
        out 0xE9, al
        mov rax, rcx
        call show64
        mov eax, cs
        call show64
        mov rax, [abs recover]
        push D64
        pop rcx
        mov ss, ecx
        mov rsp, STACK0
        call nl64
        jmp rax
int40:  push rax
        mov al, '*'
        out 0xE9, al
        mov rax, [rsp]
        call show64
        mov rax, [rsp+16]
        call show64
        mov rax, [rsp+24]
        and eax, 0x2F702
        call show64
        mov rax, [rsp+32]
        call show64
        mov rax, [rsp+40]
        call show64
        mov rax, rsp
        call show64
        call nl64
back64: mov ax, D64
        mov ss, ax
        mov ds, ax
        mov es, ax
        mov rsp, STACK0
        push 2
        popfq
        jmp qword [abs recover]

        align 16, db 0x90
stubs64:
%assign v 0
%rep 32
        align 16, db 0x90
%if v = 8 || (v >= 10 && v <= 14) || v = 17
        push v
        jmp strict near trap64
%else
        push 0xEE
        push v
        jmp strict near trap64
%endif
%assign v v+1
%endrep
        align 16, db 0x90
trap64:
        push rax
        mov al, '!'
        out 0xE9, al
        mov rax, [rsp+8]
        call show8
        mov rax, [rsp+16]
        call show64
        mov rax, [rsp+24]
        call show64
        mov rax, [rsp+32]
        call show8
        mov rax, [rsp+40]
        and eax, 0x2F700
        call show64
        mov rax, [rsp+48]
        call show64
        mov rax, [rsp+56]
        call show8
        mov rax, rsp
        call show64
        cmp dword [rsp+8], 14
        jne .nocr2
        mov rax, cr2
        call show64
.nocr2: call nl64
        jmp back64
show8:  call show64
        ret

        bits 32
compat: mov ax, D32
        mov ds, ax
        mov es, ax
        mov eax, [dword VARS]
        mov edx, esp
        push eax
        pop eax
        mov eax, cs
        call show
        push dword C64
        push dword A(compat64)
        retf
user32: mov ax, UD
        mov ds, ax
        syscall
        int 0x41
user32b: mov eax, cs
        int 0x41

        times 0xFFF0 - ($ - $$) db 0xF4
        bits 16
        jmp 0xF000:start16
        times 0x10000 - ($ - $$) db 0
