/** This package's version, for hosts that cannot read package.json. */
export const VERSION = "0.1.0";
