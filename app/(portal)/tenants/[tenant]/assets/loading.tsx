import { ListSkeleton } from "@/components/ui/list-skeleton";

export default function AssetsLoading() {
  return <ListSkeleton title="Assets" />;
}
