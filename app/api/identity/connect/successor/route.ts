import { robotDeed, robotResource } from "@/lib/http/robots/endpoint";
import { successorSchema } from "@/lib/rotations/schema";
import { handOver } from "@/lib/workflows/hand-over";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({
  POST: robotDeed("OR.Robots", successorSchema, handOver, { row: ({ sessionId }) => sessionId }),
});
