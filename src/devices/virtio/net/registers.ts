// Constants of virtio 1.2, section 5.1.

/** Feature bits, section 5.1.3. */
export const F_CSUM = 0;
export const F_GUEST_CSUM = 1;
export const F_CTRL_GUEST_OFFLOADS = 2;
export const F_MTU = 3;
export const F_MAC = 5;
export const F_GUEST_TSO4 = 7;
export const F_GUEST_TSO6 = 8;
export const F_GUEST_ECN = 9;
export const F_HOST_TSO4 = 11;
export const F_HOST_TSO6 = 12;
export const F_HOST_ECN = 13;
export const F_MRG_RXBUF = 15;
export const F_STATUS = 16;
export const F_CTRL_VQ = 17;
export const F_CTRL_RX = 18;
export const F_CTRL_VLAN = 19;
export const F_CTRL_RX_EXTRA = 20;
export const F_GUEST_ANNOUNCE = 21;
export const F_MQ = 22;
export const F_CTRL_MAC_ADDR = 23;
export const F_SPEED_DUPLEX = 63;

/** Configuration, section 5.1.4: offsets, and bits of the status. */
export const C_MAC = 0;
export const C_STATUS = 6;
export const C_PAIRS = 8;
export const C_MTU = 10;
export const C_SPEED = 12;
export const C_DUPLEX = 16;
export const CONFIG_SIZE = 17;
export const S_LINK_UP = 1;
export const S_ANNOUNCE = 2;

/** The header before each frame, section 5.1.6. */
export const HEADER = 12;
export const H_FLAGS = 0;
export const H_GSO_TYPE = 1;
export const H_HDR_LEN = 2;
export const H_GSO_SIZE = 4;
export const H_CSUM_START = 6;
export const H_CSUM_OFFSET = 8;
export const H_NUM_BUFFERS = 10;
export const FLAG_NEEDS_CSUM = 1;
export const GSO_NONE = 0;
export const GSO_TCPV4 = 1;
export const GSO_TCPV6 = 4;
export const GSO_ECN = 0x80;

/** The control queue, section 5.1.6.5: classes, and commands of each. */
export const CTRL_RX = 0;
export const RX_PROMISC = 0;
export const RX_NOBCAST = 5;
export const CTRL_MAC = 1;
export const MAC_TABLE_SET = 0;
export const MAC_ADDR_SET = 1;
export const CTRL_VLAN = 2;
export const VLAN_ADD = 0;
export const VLAN_DEL = 1;
export const CTRL_ANNOUNCE = 3;
export const CTRL_MQ = 4;
export const CTRL_GUEST_OFFLOADS = 5;
export const CTRL_OK = 0;
export const CTRL_ERR = 1;
