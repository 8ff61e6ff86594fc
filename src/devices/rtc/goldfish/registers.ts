// Registers of the goldfish real-time clock (the Android emulator's hardware documentation, "Goldfish RTC"). Nanoseconds since 1970 in
// halves of 32 bits.

export const TIME_LOW = 0x00;
export const TIME_HIGH = 0x04;
export const ALARM_LOW = 0x08;
export const ALARM_HIGH = 0x0c;
export const IRQ_ENABLED = 0x10;
export const CLEAR_ALARM = 0x14;
export const ALARM_STATUS = 0x18;
export const CLEAR_INTERRUPT = 0x1c;
export const SIZE = 0x24;
