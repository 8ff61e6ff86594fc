; Reads where there are devices and where there is nothing, and ends.
%include "probe.inc"

%macro peek 1
 mov eax, %1
 call hex32
 say "="
 mov eax, [%1]
 call hex32
 say 10
%endmacro

start: mov esp, stack
 peek 0xfee00020
 peek 0xfee00030
 peek 0xfec00000
 peek 0xd0000000
 peek 0xdeadbeec
 peek 0xfb400000
 peek 0xfb500000
 peek 0xfb510000
 peek 0xffff0000
 mov dword [0xd0000000], 0x12345678
 peek 0xd0000000
 jmp end
