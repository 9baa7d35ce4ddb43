import { robotResource } from "@/lib/http/robots/endpoint";
import { sessionEvents, sessionEventsHead } from "@/lib/http/robots/event-stream";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  GET: sessionEvents,
  HEAD: sessionEventsHead,
});
