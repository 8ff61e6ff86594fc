; The command line and the modules of a multiboot kernel: first three bytes, size and text of each.
%include "probe.inc"

start: mov esp, stack
 cld
 mov ebp, ebx
 mov esi, [ebp + 16]
 call text
 say `\n`
 mov ecx, [ebp + 20]
 mov edi, [ebp + 24]
.next: jecxz .done
 mov esi, [edi]
 mov al, [esi]
 call hex8
 mov al, [esi + 1]
 call hex8
 mov al, [esi + 2]
 call hex8
 mov al, ' '
 out 0xe9, al
 mov eax, [edi + 4]
 sub eax, [edi]
 call hex32
 mov al, ' '
 out 0xe9, al
 mov esi, [edi + 8]
 call text
 say `\n`
 add edi, 16
 dec ecx
 jmp .next
.done: jmp end
