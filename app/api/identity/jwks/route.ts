import { publicDocument } from "@/lib/doors/oauth";
import { publicKeySet } from "@/lib/identity/signing-keys";

export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = publicDocument(({ db, now }) =>
  publicKeySet(db, now),
);
