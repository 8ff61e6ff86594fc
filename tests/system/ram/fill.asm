; Writes a pattern to all usable RAM of the multiboot map, in 64-bit mode, and checks it when all is written. What lies below 3 MiB
; (the map, this program, its page tables) stays as it is. Says how many bytes it has checked.
%include "probe.inc"

%define TABLES 0x210000
%define FIRST  0x300000
%define GIBS   8

start: mov esp, stack
 mov esi, [ebx + 44]       ; length of the map
 mov edi, [ebx + 48]       ; and the map
 mov [map_end], esi
 add [map_end], edi
 mov [map], edi
 ; Page tables: one PML4 entry, GIBS directories of 2 MiB pages.
 mov edi, TABLES
 mov ecx, (2 + GIBS) * 1024
 xor eax, eax
 rep stosd
 mov dword [TABLES], TABLES + 0x1003
%assign nth 0
%rep GIBS
 mov dword [TABLES + 0x1000 + 8 * nth], TABLES + 0x2003 + 0x1000 * nth
%assign nth nth + 1
%endrep
 mov edi, TABLES + 0x2000
 mov ecx, GIBS * 512
 mov eax, 0x83
 xor edx, edx
.page: mov [edi], eax
 mov [edi + 4], edx
 add edi, 8
 add eax, 0x200000
 adc edx, 0
 loop .page
 mov eax, TABLES
 mov cr3, eax
 mov eax, cr4
 or eax, 0x20              ; PAE
 mov cr4, eax
 mov ecx, 0xc0000080
 rdmsr
 or eax, 0x100             ; LME
 wrmsr
 mov eax, cr0
 or eax, 0x80000000
 mov cr0, eax
 lgdt [gdt.pointer]
 jmp 8:wide

bits 64
wide: mov r15, 0x9e3779b97f4a7c15
 xor ebp, ebp              ; bytes
 mov r14d, 0               ; 0: write, 1: check
.pass: mov esi, [rel map]
.range: cmp esi, [rel map_end]
 jae .passed
 cmp dword [rsi + 20], 1
 jne .next
 mov rdi, [rsi + 4]
 mov rcx, [rsi + 12]
 add rcx, rdi              ; end
 mov eax, FIRST
 cmp rdi, rax
 cmovb rdi, rax
 add rdi, 31
 and rdi, ~31
 and rcx, ~31
 cmp rdi, rcx
 jae .next
 test r14d, r14d
 jnz .check
.write: mov rax, rdi
 imul rax, r15
 mov [rdi], rax
 mov [rdi + 8], rax
 not rax
 mov [rdi + 16], rax
 mov [rdi + 24], rax
 add rdi, 32
 cmp rdi, rcx
 jb .write
 jmp .next
.check: mov rax, rcx
 sub rax, rdi
 add rbp, rax
.read: mov rax, rdi
 imul rax, r15
 cmp [rdi], rax
 jne wrong
 cmp [rdi + 8], rax
 jne wrong
 not rax
 cmp [rdi + 16], rax
 jne wrong
 cmp [rdi + 24], rax
 jne wrong
 add rdi, 32
 cmp rdi, rcx
 jb .read
.next: mov eax, [rsi]
 lea esi, [rsi + rax + 4]
 jmp .range
.passed: inc r14d
 cmp r14d, 2
 jb .pass
 mov rax, rbp
 jmp digits

wrong: mov al, '!'
 out 0xe9, al
 mov rax, rdi

; RAX in hexadecimal, and the end.
digits: mov ecx, 16
 mov rdx, rax
.digit: rol rdx, 4
 mov eax, edx
 and eax, 15
 cmp al, 10
 jb .decimal
 add al, 'a' - '0' - 10
.decimal: add al, '0'
 out 0xe9, al
 loop .digit
 mov al, 10
 out 0xe9, al
 mov al, 0
 out 0xf4, al
.stop: hlt
 jmp .stop

bits 32
align 8
gdt: dq 0, 0x00af9b000000ffff
.pointer: dw $ - gdt - 1
 dd gdt
map: dd 0
map_end: dd 0
