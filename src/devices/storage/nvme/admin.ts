// The admin commands. NVM Express 1.4, section 5.

import type { GuestMemory } from "../../interfaces.js";
import { copyIn } from "../../virtio/queue/segments.js";
import { identifyController, identifyDescriptors, identifyList, identifyNamespace } from "./identify.js";
import { prpSegments } from "./prp.js";
import { type Command, CompletionQueue, SubmissionQueue } from "./queues.js";
import * as nvme from "./registers.js";

/** Features that are kept as the driver sets them, by number. */
const KEPT = [0x01, 0x02, 0x04, 0x05, 0x08, 0x09, 0x0a, 0x0b];
/** Errors, health, firmware. */
const LOGS = [1, 2, 3];
const HEALTH = 2;
const KELVIN = 273 + 40;
const MOST_LOG = 4096;

/** What the commands act on. */
export interface Controller {
  readonly memory: GuestMemory;
  readonly submissions: Map<number, SubmissionQueue>;
  readonly completions: Map<number, CompletionQueue>;
  readonly vectors: number;
  readonly serial: string;
  readonly size: number;
  readonly readOnly: boolean;
  readonly hasCache: boolean;
  readonly page: number;
  /** The write cache is on. */
  cache: boolean;
  readonly features: Map<number, number>;
}

/** Status and result; undefined: it is answered when something happens, which is never. */
export interface Answer {
  readonly status: number;
  readonly result?: number;
}

const said = (status: number, result = 0): Answer => ({ status, result });

export function executeAdmin(controller: Controller, command: Command): Answer {
  switch (command.opcode) {
    case nvme.CREATE_CQ:
      return said(createCompletion(controller, command));
    case nvme.CREATE_SQ:
      return said(createSubmission(controller, command));
    case nvme.DELETE_SQ:
      return said(deleteSubmission(controller, command));
    case nvme.DELETE_CQ:
      return said(deleteCompletion(controller, command));
    case nvme.IDENTIFY:
      return said(identify(controller, command));
    case nvme.GET_LOG:
      return said(getLog(controller, command));
    case nvme.SET_FEATURES:
      return setFeatures(controller, command);
    case nvme.GET_FEATURES:
      return getFeatures(controller, command);
    case nvme.ABORT:
      // Nothing is aborted that is under way.
      return said(nvme.S_OK, 1);
    default:
      return said(nvme.S_INVALID_OPCODE);
  }
}

function queueOf({ words, prp1 }: Command): { id: number; size: number; base: number; contiguous: boolean } {
  return { id: words[0]! & 0xffff, size: (words[0]! >>> 16) + 1, base: prp1, contiguous: (words[1]! & 1) !== 0 };
}

function createCompletion({ completions, vectors, page }: Controller, command: Command): number {
  const { id, size, base, contiguous } = queueOf(command);
  if (id === 0 || id > nvme.QUEUES || completions.has(id)) return nvme.S_INVALID_QUEUE;
  if (size < 2 || size > nvme.MOST_ENTRIES) return nvme.S_INVALID_SIZE;
  if (!contiguous || base % page !== 0) return nvme.S_INVALID_FIELD;
  const vector = command.words[1]! >>> 16;
  if (vector >= Math.max(1, vectors)) return nvme.S_INVALID_VECTOR;
  completions.set(id, new CompletionQueue(id, base, size, (command.words[1]! & 2) !== 0 ? vector : undefined));
  return nvme.S_OK;
}

function createSubmission({ submissions, completions, page }: Controller, command: Command): number {
  const { id, size, base, contiguous } = queueOf(command);
  if (id === 0 || id > nvme.QUEUES || submissions.has(id)) return nvme.S_INVALID_QUEUE;
  if (size < 2 || size > nvme.MOST_ENTRIES) return nvme.S_INVALID_SIZE;
  if (!contiguous || base % page !== 0) return nvme.S_INVALID_FIELD;
  const completion = command.words[1]! >>> 16;
  if (completion === 0 || !completions.has(completion)) return nvme.S_INVALID_CQ;
  submissions.set(id, new SubmissionQueue(id, base, size, completion));
  return nvme.S_OK;
}

function deleteSubmission({ submissions }: Controller, command: Command): number {
  const { id } = queueOf(command);
  return id !== 0 && submissions.delete(id) ? nvme.S_OK : nvme.S_INVALID_QUEUE;
}

function deleteCompletion({ submissions, completions }: Controller, command: Command): number {
  const { id } = queueOf(command);
  if (id === 0 || !completions.has(id)) return nvme.S_INVALID_QUEUE;
  if ([...submissions.values()].some((queue) => queue.completions === id)) return nvme.S_INVALID_DELETION;
  completions.delete(id);
  return nvme.S_OK;
}

function give({ memory, page }: Controller, { prp1, prp2 }: Command, bytes: Uint8Array): number {
  const segments = prpSegments(memory, page, prp1, prp2, bytes.length);
  if (!segments) return nvme.S_INVALID_PRP;
  copyIn(memory, segments, bytes);
  return nvme.S_OK;
}

function identify(controller: Controller, command: Command): number {
  const { serial, size, readOnly, hasCache } = controller;
  switch (command.words[0]! & 0xff) {
    case 0:
      if (command.namespace !== 1 && command.namespace !== 0xffffffff) return nvme.S_INVALID_NAMESPACE;
      return give(controller, command, identifyNamespace(size, readOnly));
    case 1:
      return give(controller, command, identifyController(serial, hasCache));
    case 2:
      if (command.namespace >= 0xfffffffe) return nvme.S_INVALID_NAMESPACE;
      return give(controller, command, identifyList(command.namespace));
    case 3:
      if (command.namespace !== 1) return nvme.S_INVALID_NAMESPACE;
      return give(controller, command, identifyDescriptors(serial));
    default:
      return nvme.S_INVALID_FIELD;
  }
}

function getLog(controller: Controller, command: Command): number {
  const { words } = command;
  const log = words[0]! & 0xff;
  if (!LOGS.includes(log)) return nvme.S_INVALID_LOG;
  const length = ((words[1]! & 0xffff) * 2 ** 16 + (words[0]! >>> 16) + 1) * 4;
  if (length > MOST_LOG) return nvme.S_INVALID_FIELD;
  const bytes = new Uint8Array(Math.max(length, 512));
  if (log === HEALTH) {
    new DataView(bytes.buffer).setUint16(1, KELVIN, true);
    bytes[3] = 100;
  }
  return give(controller, command, bytes.subarray(0, length));
}

function setFeatures(controller: Controller, { words }: Command): Answer {
  const feature = words[0]! & 0xff;
  const value = words[1]!;
  if (feature === nvme.FEATURE_QUEUES) {
    if ((value & 0xffff) === 0xffff || value >>> 16 === 0xffff) return said(nvme.S_INVALID_FIELD);
    const most = nvme.QUEUES - 1;
    return said(nvme.S_OK, (Math.min(most, value >>> 16) << 16) | Math.min(most, value & 0xffff));
  }
  if (feature === nvme.FEATURE_CACHE) {
    if (!controller.hasCache) return said(nvme.S_INVALID_FIELD);
    controller.cache = (value & 1) !== 0;
    return said(nvme.S_OK);
  }
  if (!KEPT.includes(feature)) return said(nvme.S_INVALID_FIELD);
  controller.features.set(feature, value);
  return said(nvme.S_OK);
}

function getFeatures(controller: Controller, { words }: Command): Answer {
  const feature = words[0]! & 0xff;
  if (feature === nvme.FEATURE_QUEUES) return said(nvme.S_OK, ((nvme.QUEUES - 1) << 16) | (nvme.QUEUES - 1));
  if (feature === nvme.FEATURE_CACHE && controller.hasCache) return said(nvme.S_OK, controller.cache ? 1 : 0);
  if (!KEPT.includes(feature)) return said(nvme.S_INVALID_FIELD);
  return said(nvme.S_OK, controller.features.get(feature) ?? 0);
}
