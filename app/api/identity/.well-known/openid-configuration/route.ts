import { publicDocument } from "@/lib/doors/oauth";
import { openIdMetadata } from "@/lib/identity/metadata";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(openIdMetadata);
