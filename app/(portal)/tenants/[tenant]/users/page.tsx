import { tenantTitle } from "@/app/(portal)/tenants/[tenant]/tenant-title";
import {
  changeRoleAction,
  disablePersonAction,
  enablePersonAction,
  inviteAction,
  makeResetLinkAction,
  removePersonAction,
  requireSecondFactorAction,
  revokeInviteAction,
  shareInstallationAction,
} from "@/app/(portal)/tenants/[tenant]/users/actions";
import { NotForRole } from "@/components/shell/not-allowed";
import { PageHeader } from "@/components/ui/page-header";
import { Users } from "@/components/users/users";
import { sendsMail } from "@/lib/http/outgoing-mail";
import { requireTenant } from "@/lib/http/portal/actions";
import { actionsOf } from "@/lib/http/portal/actions-of";
import { askedPage, type Search } from "@/lib/http/portal/asked-page";
import { listMailProblems } from "@/lib/notifications/queries/mail-problems";
import { pathsOf } from "@/lib/paths";
import { countPeople, listInvites, listPeople } from "@/lib/users/queries/people";

export const generateMetadata = tenantTitle("Users");

type UsersPageProps = { params: Promise<{ tenant: string }>; searchParams: Promise<Search> };

export default async function UsersPage({ params, searchParams }: UsersPageProps) {
  const { ctx, tenant, can } = await requireTenant((await params).tenant);
  const paths = pathsOf(tenant.slug);
  const crumbs = [{ label: tenant.name, href: paths.machines }, { label: "Users" }];
  if (!can("people.manage")) {
    return (
      <>
        <PageHeader crumbs={crumbs} title="Users" />
        <NotForRole
          what="see and manage the people of this tenant"
          backHref={paths.machines}
          backTo="the machines"
        />
      </>
    );
  }
  const { all, withoutSecondFactor } = await countPeople(ctx);
  const place = askedPage(await searchParams, all);
  const [people, invites] = await Promise.all([listPeople(ctx, place.slice), listInvites(ctx)]);
  return (
    <Users
      crumbs={crumbs}
      people={people}
      place={place}
      path={paths.users}
      withoutSecondFactor={withoutSecondFactor}
      invites={invites}
      requiresSecondFactor={tenant.requiresSecondFactor}
      now={ctx.now}
      sendsMail={sendsMail()}
      mailProblems={
        await listMailProblems(
          ctx,
          people.map(({ id }) => id),
        )
      }
      canShareInstallation={ctx.actor.managesInstallation}
      actions={actionsOf(tenant.slug, {
        invite: inviteAction,
        revokeInvite: revokeInviteAction,
        changeRole: changeRoleAction,
        disable: disablePersonAction,
        enable: enablePersonAction,
        remove: removePersonAction,
        requireSecondFactor: requireSecondFactorAction,
        shareInstallation: shareInstallationAction,
        makeResetLink: makeResetLinkAction,
      })}
    />
  );
}
