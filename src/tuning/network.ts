// Sizes and times of networks. Each constant names its record in docs/decisions/, which has the reasons.

/** Bytes of a connection from the guest that its host's socket has not taken, at most: the window. Record: network-buffers. */
export const NET_RECEIVE_WINDOW = 512 << 10;
/** Bytes of a connection towards the guest that are kept at most, and one read of the host's socket. Record: network-buffers. */
export const NET_SEND_BUFFER = 256 << 10;
/** Bytes of packets that wait for the card, besides TCP's data. Record: network-buffers. */
export const NET_BACKLOG_BYTES = 1 << 20;
/** Connections of a network at once. Record: network-buffers. */
export const NET_CONNECTIONS = 4096;
/** UDP ports of the guest at once that have a socket of the host. Record: network-buffers. */
export const NET_UDP_FLOWS = 512;
/** Nanoseconds after which a port that is silent loses its socket. Record: network-buffers. */
export const NET_UDP_IDLE_NS = 240e9;
/** Bytes of fragments that wait for the rest of their packets. Record: network-buffers. */
export const NET_FRAGMENT_BYTES = 1 << 20;
/** Nanoseconds that fragments wait. Record: network-buffers. */
export const NET_FRAGMENT_NS = 30e9;
/** Shortest retransmission timeout, nanoseconds. Record: network-timeouts. */
export const NET_RTO_LEAST_NS = 200e6;
/** Longest, nanoseconds. Record: network-timeouts. */
export const NET_RTO_MOST_NS = 60e9;
/** Before anything was measured, nanoseconds. Record: network-timeouts. */
export const NET_RTO_FIRST_NS = 1e9;
/** Retransmissions of one segment before a connection is given up. Record: network-timeouts. */
export const NET_RETRIES = 12;
/** Nanoseconds without the host's socket taking anything after which the window is closed. Record: network-timeouts. */
export const NET_STALL_NS = 500e6;
/** Nanoseconds that a closed connection is remembered. Record: network-timeouts. */
export const NET_LINGER_NS = 5e9;
/** DNS queries that wait for their answers at once. Record: network-buffers. */
export const NET_DNS_QUERIES = 256;
