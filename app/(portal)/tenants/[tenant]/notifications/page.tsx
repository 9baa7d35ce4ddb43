import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import { NotificationList } from "@/components/notifications/notification-list";
import { Live } from "@/components/shell/live";
import { PageHeader } from "@/components/ui/page-header";
import { requireTenant } from "@/lib/http/portal/actions";
import { countUnread, listNotifications } from "@/lib/notifications/queries";
import { notificationListSchema } from "@/lib/notifications/schema";
import { pathsOf } from "@/lib/paths";
import { seeNotificationsAction } from "./actions";

export const generateMetadata = tenantTitle("Notifications");

type NotificationsPageProps = {
  params: Promise<{ tenant: string }>;
  searchParams: Promise<Record<string, string | string[] | undefined>>;
};

export default async function NotificationsPage({ params, searchParams }: NotificationsPageProps) {
  const { ctx, tenant, version } = await requireTenant((await params).tenant);
  const query = notificationListSchema.parse(await searchParams);
  const [list, { seenAt }] = await Promise.all([listNotifications(ctx, query), countUnread(ctx)]);
  const paths = pathsOf(tenant.slug);
  return (
    <>
      <Live tenantSlug={tenant.slug} version={version} />
      <PageHeader
        crumbs={[{ label: tenant.name, href: paths.machines }, { label: "Notifications" }]}
        title="Notifications"
      />
      <p className="-mt-3 mb-4 max-w-2xl text-muted">
        What ended, broke or looked wrong in this tenant, and what to do next. What needs somebody now stands
        on the Overview.
      </p>
      <NotificationList
        list={list}
        query={query}
        seenAt={seenAt}
        tenantSlug={tenant.slug}
        see={seeNotificationsAction.bind(null, tenant.slug)}
      />
    </>
  );
}
