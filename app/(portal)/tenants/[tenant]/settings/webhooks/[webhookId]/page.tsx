import { notFound } from "next/navigation";
import {
  editWebhookAction,
  removeWebhookAction,
  rotateWebhookSecretAction,
  sendAgainAction,
  switchWebhookAction,
  testWebhookAction,
} from "@/app/(portal)/tenants/[tenant]/settings/actions";
import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { Live } from "@/components/shell/live";
import { NotForRole } from "@/components/shell/not-allowed";
import { pageAddress } from "@/components/ui/page-address";
import { PageFooter } from "@/components/ui/page-footer";
import { PageHeader } from "@/components/ui/page-header";
import { DeliveryTable } from "@/components/webhooks/delivery-table";
import { WebhookDetail } from "@/components/webhooks/webhook-detail";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { countDeliveries, listDeliveries } from "@/lib/notifications/queries/list-deliveries";
import { pathsOf } from "@/lib/paths";
import { findWebhook } from "@/lib/webhooks/queries";
import { webhookIdSchema } from "@/lib/webhooks/schema";

export const generateMetadata = tenantTitle("Webhook");

type WebhookPageProps = {
  params: Promise<{ tenant: string; webhookId: string }>;
  searchParams: Promise<Search>;
};

export default async function WebhookPage({ params, searchParams }: WebhookPageProps) {
  const { tenant: slug, webhookId } = await params;
  const { ctx, tenant, version, can } = await requireTenant(slug);
  const paths = pathsOf(tenant.slug);
  const crumbs = [
    { label: tenant.name, href: paths.machines },
    { label: "Settings", href: paths.settings },
    { label: "Webhook" },
  ];
  if (!can("tenant.settings")) {
    return (
      <>
        <PageHeader crumbs={crumbs} title="Webhook" />
        <NotForRole what="see and manage its webhooks" backHref={paths.settings} backTo="the settings" />
      </>
    );
  }
  const asked = webhookIdSchema.safeParse({ webhookId });
  const webhook = asked.success ? await findWebhook(ctx, asked.data) : null;
  if (!webhook) return notFound();
  const place = askedPage(await searchParams, await countDeliveries(ctx, { webhookId }));
  const deliveries = await listDeliveries(ctx, { webhookId, slice: place.slice });
  const actions = actionsOf(tenant.slug, {
    edit: editWebhookAction,
    remove: removeWebhookAction,
    rotateSecret: rotateWebhookSecretAction,
    switchTo: switchWebhookAction,
    test: testWebhookAction,
    sendAgain: sendAgainAction,
  });
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <PageHeader crumbs={crumbs} title={webhook.url} />
      <div className="flex flex-col gap-9">
        <WebhookDetail webhook={webhook} listPath={paths.settings} actions={actions} />
        <section aria-labelledby="deliveries">
          <h2 id="deliveries" className="mb-3 text-base font-semibold">
            Last deliveries
          </h2>
          <DeliveryTable
            webhookId={webhook.id}
            deliveries={deliveries}
            isOn={webhook.offSince === null}
            sendAgain={actions.sendAgain}
          />
          <PageFooter place={place} hrefOf={(page) => pageAddress(paths.webhook(webhook.id), page)} />
        </section>
      </div>
    </>
  );
}
