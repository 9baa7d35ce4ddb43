import { sessionEvents, sessionEventsHead } from "@/lib/doors/event-stream";
import { robotResource } from "@/lib/doors/robot";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: sessionEvents,
  HEAD: sessionEventsHead,
});
