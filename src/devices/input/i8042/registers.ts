// The PS/2 keyboard controller as a system sees it (IBM PS/2 Technical Reference, "Keyboard and auxiliary device controller").

/** Status register. */
export const STATUS_OUTPUT_FULL = 0x01;
export const STATUS_SYSTEM = 0x04;
export const STATUS_COMMAND = 0x08;
export const STATUS_UNLOCKED = 0x10;
export const STATUS_AUX = 0x20;

/** Command byte. */
export const MODE_KEYBOARD_IRQ = 0x01;
export const MODE_AUX_IRQ = 0x02;
export const MODE_SYSTEM = 0x04;
export const MODE_KEYBOARD_OFF = 0x10;
export const MODE_AUX_OFF = 0x20;
export const MODE_TRANSLATE = 0x40;

export const CMD_READ_RAM = 0x20;
export const CMD_WRITE_RAM = 0x60;
export const CMD_AUX_OFF = 0xa7;
export const CMD_AUX_ON = 0xa8;
export const CMD_AUX_TEST = 0xa9;
export const CMD_SELF_TEST = 0xaa;
export const CMD_KEYBOARD_TEST = 0xab;
export const CMD_KEYBOARD_OFF = 0xad;
export const CMD_KEYBOARD_ON = 0xae;
export const CMD_READ_INPUT = 0xc0;
export const CMD_READ_OUTPUT = 0xd0;
export const CMD_WRITE_OUTPUT = 0xd1;
export const CMD_WRITE_KEYBOARD_BUFFER = 0xd2;
export const CMD_WRITE_AUX_BUFFER = 0xd3;
export const CMD_WRITE_AUX = 0xd4;
export const CMD_A20_OFF = 0xdd;
export const CMD_A20_ON = 0xdf;
export const CMD_PULSE = 0xf0;

/** Output port. */
export const OUT_NOT_RESET = 0x01;
export const OUT_A20 = 0x02;
export const OUT_KEYBOARD_FULL = 0x10;
export const OUT_AUX_FULL = 0x20;

/** Answers and commands common to keyboard and mouse. */
export const ACK = 0xfa;
export const RESEND = 0xfe;
export const SELF_TEST_PASSED = 0xaa;
export const DEV_RESET = 0xff;
export const DEV_RESEND = 0xfe;
export const DEV_DEFAULTS = 0xf6;
export const DEV_DISABLE = 0xf5;
export const DEV_ENABLE = 0xf4;
export const DEV_RATE = 0xf3;
export const DEV_ID = 0xf2;
export const KEY_SET = 0xf0;
export const KEY_ECHO = 0xee;
export const KEY_LEDS = 0xed;
export const MOUSE_REMOTE = 0xf0;
export const MOUSE_WRAP = 0xee;
export const MOUSE_UNWRAP = 0xec;
export const MOUSE_READ = 0xeb;
export const MOUSE_STREAM = 0xea;
export const MOUSE_STATUS = 0xe9;
export const MOUSE_RESOLUTION = 0xe8;
export const MOUSE_SCALE_2_1 = 0xe7;
export const MOUSE_SCALE_1_1 = 0xe6;
