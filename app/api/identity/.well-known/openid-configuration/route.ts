import { publicDocument } from "@/lib/http/oauth/endpoint";
import { openIdMetadata } from "@/lib/identity/metadata";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(openIdMetadata);
