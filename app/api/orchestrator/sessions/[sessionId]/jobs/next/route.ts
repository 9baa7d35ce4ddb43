import { nextJob } from "@/lib/doors/long-poll";
import { robotResource } from "@/lib/doors/robot";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({ POST: nextJob });
