// Registers of the 16550A (National Semiconductor PC16550D data sheet).

export const RBR_THR = 0;
export const IER = 1;
export const IIR_FCR = 2;
export const LCR = 3;
export const MCR = 4;
export const LSR = 5;
export const MSR = 6;
export const SCR = 7;

export const IER_RECEIVE = 1;
export const IER_TRANSMIT = 2;
export const IER_LINE = 4;
export const IER_MODEM = 8;

export const IIR_NONE = 1;
export const IIR_MODEM = 0;
export const IIR_TRANSMIT = 2;
export const IIR_RECEIVE = 4;
export const IIR_LINE = 6;
export const IIR_TIMEOUT = 12;
export const IIR_FIFO = 0xc0;

export const FCR_ENABLE = 1;
export const FCR_CLEAR_RECEIVE = 2;

export const LCR_DLAB = 0x80;

export const MCR_DTR = 0x01;
export const MCR_RTS = 0x02;
export const MCR_OUT1 = 0x04;
export const MCR_OUT2 = 0x08;
export const MCR_LOOP = 0x10;

export const LSR_READY = 0x01;
export const LSR_OVERRUN = 0x02;
export const LSR_BREAK = 0x10;
/** THR and shift register empty: always, since bytes leave at once. */
export const LSR_EMPTY = 0x60;
/** Overrun, parity, framing, break: what the line status interrupt is about. */
export const LSR_ERRORS = 0x1e;

export const MSR_DELTAS = 0x0f;
export const MSR_RING_TRAILING = 0x04;
export const MSR_CTS = 0x10;
export const MSR_DSR = 0x20;
export const MSR_RI = 0x40;
export const MSR_DCD = 0x80;

export const FIFO_SIZE = 16;
/** Receive trigger levels by FCR bits 7 and 6. */
export const TRIGGER_LEVELS: readonly number[] = [1, 4, 8, 14];
/** Input clock / 16, Hz. */
export const BAUD_BASE = 115200;
