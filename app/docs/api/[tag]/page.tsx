import type { Metadata } from "next";
import { notFound } from "next/navigation";
import { ApiTagReference } from "@/components/api-reference/api-reference";
import { readDocument } from "@/components/api-reference/documented";
import { openApi } from "@/lib/http/admin/document";
import { apiReferenceOf } from "@/lib/paths";

type Props = { readonly params: Promise<{ readonly tag: string }> };

async function find({ params }: Props) {
  const { tag: slug } = await params;
  const { groups } = readDocument(openApi());
  const tag = groups
    .flatMap(({ tags }) => tags)
    .find(({ name }) => apiReferenceOf(name).endsWith(`/${slug}`));
  return { groups, tag };
}

export async function generateMetadata(props: Props): Promise<Metadata> {
  const { tag } = await find(props);
  return { title: tag ? `${tag.name}: API` : "Not found" };
}

/** One part of an API, operation by operation. */
export default async function ApiTagPage(props: Props) {
  const { groups, tag } = await find(props);
  if (!tag) notFound();
  return <ApiTagReference groups={groups} tag={tag} />;
}
