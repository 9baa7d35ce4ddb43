import { publicDocument } from "@/lib/http/oauth/endpoint";
import { publicKeySet } from "@/lib/identity/signing-keys";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(({ db, now }) =>
  publicKeySet(db, now),
);
