// Networks and sound.

import { applyNet, applyNetdev, applyNic } from "../network.js";
import { absent, help, type OptionSection } from "../row.js";

const KINDS = "Available netdev backend types:\nhubport\nuser\n";

export const NETWORK: OptionSection = {
  title: "Network and sound options",
  rows: [
    {
      names: ["netdev"],
      argument:
        "user,id=id[,ipv4=on|off][,net=addr/mask][,host=addr][,dhcpstart=addr][,dns=addr][,ipv6=on|off][,ipv6-net=addr/len][,ipv6-host=addr][,ipv6-dns=addr][,restrict=on|off][,hostname=name][,domainname=name][,dnssearch=domain][,tftp=dir][,bootfile=file][,tftp-server-name=name][,hostfwd=rule][,guestfwd=rule][,allow=host[:port]][,deny=host[:port]] | hubport,id=id,hubid=n[,netdev=id]",
      help: "a network, to be named by a -device",
      apply(state, option, value) {
        if (!help(() => KINDS, value, state)) applyNetdev(state, option, value);
      },
    },
    {
      names: ["nic"],
      argument: "none | user[,model=name][,mac=addr][,...]",
      help: "a network and a card on it (default: none; QEMU has one user network unless told)",
      apply(state, option, value) {
        if (!help(() => KINDS, value, state)) applyNic(state, option, value);
      },
    },
    {
      names: ["net"],
      argument: "none | nic[,model=name][,macaddr=addr] | user[,...]",
      help: "the old form: cards and networks of -net are all on one hub",
      apply(state, option, value) {
        if (!help(() => KINDS, value, state)) applyNet(state, option, value);
      },
    },
    absent("audiodev", "sound"),
  ],
};
