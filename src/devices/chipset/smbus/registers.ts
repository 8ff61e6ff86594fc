// SMBus host controller of the PIIX4 (Intel 82371AB data sheet, section 7.3): offsets in its 16 ports.

export const HOST_STATUS = 0;
export const HOST_CONTROL = 2;
export const HOST_COMMAND = 3;
export const HOST_ADDRESS = 4;
export const HOST_DATA0 = 5;
export const HOST_DATA1 = 6;
export const BLOCK_DATA = 7;
export const SMBUS_PORTS = 16;

/** Done, without an error or with one; a write of 1 clears. */
export const STATUS_DONE = 0x02;
export const STATUS_DEVICE_ERROR = 0x04;
export const STATUS_FAILED = 0x10;
export const STATUS_CLEARED = 0x1e;

export const CONTROL_KILL = 0x02;
export const CONTROL_PROTOCOL_SHIFT = 2;
export const CONTROL_START = 0x40;

export const PROTOCOL_QUICK = 0;
export const PROTOCOL_BYTE = 1;
export const PROTOCOL_BYTE_DATA = 2;
export const PROTOCOL_WORD_DATA = 3;

/** First of the eight addresses of memory modules' EEPROMs. */
export const EEPROM_ADDRESS = 0x50;
export const EEPROMS = 8;
export const EEPROM_BYTES = 256;
