// Where the time goes, by V8's sampling profiler: self time of functions, put into the emulator's parts.

import inspector from "node:inspector";

const INTERVAL_US = 500;

/** Core's functions are named after their files. */
const CORE_PARTS = [
  [/core\/engine\/interpreter\//, "tier 0 interpreter"],
  [/core\/engine\/(dispatcher|lookup|codemap)\//, "dispatcher"],
  [/core\/engine\/(softmmu|physical)|core\/arch\/\w+\/paging/, "softmmu"],
  [/core\//, "helpers"],
];
/** A JavaScript function of these is in this part, and so is all the JavaScript it calls. */
const SCRIPT_PARTS = [
  [/dist\/tier1\//, /^(hot|maintain)$/, "region making"],
  [/dist\/engine\/engine\.js/, /^translate$/, "translation"],
  [/dist\/(devices|block)\//, /./, "devices"],
  [/dist\/machines\//, /./, "devices"],
];
/** The profiler's own start and end, and the meters: their time is left out. */
const OWN = /^node:inspector|bench\/(probes|measured)/;
const isOwn = ({ functionName, url }) => OWN.test(url) || (url === "" && functionName === "dispatch");
const INNATE = { "(idle)": "idle", "(garbage collector)": "garbage collection", "(program)": "V8 itself" };

function partOf({ functionName, url }, inherited) {
  if (INNATE[functionName]) return INNATE[functionName];
  if (url.startsWith("wasm://")) {
    if (!functionName.includes("core/")) return "regions (tier 1)";
    return CORE_PARTS.find(([pattern]) => pattern.test(functionName))[1];
  }
  const part = SCRIPT_PARTS.find(([file, name]) => file.test(url) && name.test(functionName));
  return inherited ?? part?.[2];
}

export class Sampler {
  session = new inspector.Session();

  start() {
    this.session.connect();
    this.post("Profiler.enable");
    this.post("Profiler.setSamplingInterval", { interval: INTERVAL_US });
    this.post("Profiler.start");
  }

  /** Milliseconds by part, and the functions with most self time. */
  stop(most) {
    const { profile } = this.post("Profiler.stop");
    this.session.disconnect();
    const self = new Map();
    profile.samples.forEach((id, k) => {
      self.set(id, (self.get(id) ?? 0) + profile.timeDeltas[k] / 1000);
    });
    const nodes = new Map(profile.nodes.map((node) => [node.id, node]));
    const parts = {};
    const functions = new Map();
    const walk = (node, inherited) => {
      const { callFrame } = node;
      const part = partOf(callFrame, inherited);
      const ms = isOwn(callFrame) ? 0 : (self.get(node.id) ?? 0);
      parts[part ?? "other JavaScript"] = (parts[part ?? "other JavaScript"] ?? 0) + ms;
      const name = callFrame.functionName || "(anonymous)";
      const place = callFrame.url.startsWith("wasm://") ? "" : callFrame.url.replace(/^.*\/dist\//, "");
      const key = `${name} ${place}`.trim();
      const known = functions.get(key) ?? { name: key, part: part ?? "other JavaScript", ms: 0 };
      known.ms += ms;
      functions.set(key, known);
      // A region called out of JavaScript's dispatcher loop does not pass its part on to what it calls.
      const script = !callFrame.url.startsWith("wasm://");
      for (const id of node.children ?? []) walk(nodes.get(id), script ? part : undefined);
    };
    walk(profile.nodes[0], undefined);
    const top = [...functions.values()].sort((a, b) => b.ms - a.ms).slice(0, most);
    return { parts, top };
  }

  post(method, parameters) {
    let result;
    let failure;
    this.session.post(method, parameters, (error, answer) => {
      failure = error;
      result = answer;
    });
    if (failure) throw failure;
    return result;
  }
}
