import { randomFillSync } from "node:crypto";

/** Twelve bits beside the milliseconds count what is made within one of them (RFC 9562 §6.2, method 1). */
const IN_ONE_MILLISECOND = 4096;

let last = { milliseconds: 0, count: 0 };

/**
 * A UUID of version 7 (RFC 9562 §5.7): ids made by one process sort in the order of their making, also within a millisecond
 * and where the clock stands still or goes back.
 * @param at now, from the deed's context
 */
export function uuid7(at: Date): string {
  const isLater = at.getTime() > last.milliseconds;
  const count = isLater ? 0 : last.count + 1;
  last = {
    milliseconds: (isLater ? at.getTime() : last.milliseconds) + Math.floor(count / IN_ONE_MILLISECOND),
    count: count % IN_ONE_MILLISECOND,
  };
  const bytes = randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(last.milliseconds, 0, 6);
  bytes.writeUInt16BE(0x7000 | last.count, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}
