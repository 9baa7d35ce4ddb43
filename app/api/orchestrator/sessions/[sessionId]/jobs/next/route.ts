import { robotResource } from "@/lib/http/robots/endpoint";
import { nextJob } from "@/lib/http/robots/long-poll";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = robotResource({ POST: nextJob });
