import { publicDocument } from "@/lib/doors/oauth";
import { serverMetadata } from "@/lib/identity/metadata";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(serverMetadata);
