/** What stands where a room will be, while its code is on the way; and why it does not come. */
import { Skeleton } from "@mantine/core";
import { Loading } from "@/components/Loading";
import { Trouble } from "@/components/Trouble";
import { ApiError } from "@/lib/client";
import { useStreamState } from "./LiveState";
import classes from "./RoomComing.module.css";

const UNREACHABLE = new ApiError(0, "unreachable", "", null, null);

export function RoomComing() {
  const away = useStreamState().kind;
  return (
    <div className={classes.room}>
      {away === "waiting" || away === "offline" ? <Trouble error={UNREACHABLE} /> : null}
      <Skeleton height={28} width={160} radius={8} />
      <Loading rows={5} height={64} />
    </div>
  );
}
