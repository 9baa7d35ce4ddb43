import { liveness } from "@/lib/doors/health";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = liveness;
