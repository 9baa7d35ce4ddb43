import { oncePerProcess } from "@/lib/shared";

/** What is learned of a request while it is answered, for its line in the log. */
type RequestNote = { actorId: string | null };

const open = () => oncePerProcess("requests", () => new Map<string, RequestNote>());

const SPAN = /^[\da-f]{2}-[\da-f]{32}-([\da-f]{16})-/;

/** Begins to take notes on a request. @param spanId the parent id in the `traceparent` that the process gave it */
export function openNote(spanId: string): RequestNote {
  const note: RequestNote = { actorId: null };
  open().set(spanId, note);
  return note;
}

/** Ends what {@link openNote} began. */
export function closeNote(spanId: string): void {
  open().delete(spanId);
}

/** Says who a request turned out to come from; for the log, nothing is decided by it. */
export function noteActor(headers: Headers, actorId: string): void {
  const spanId = SPAN.exec(headers.get("traceparent") ?? "")?.[1];
  const note = spanId === undefined ? undefined : open().get(spanId);
  if (note) note.actorId = actorId;
}
