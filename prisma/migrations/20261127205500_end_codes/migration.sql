-- Why a session or a job ended is a code, beside who ended it; sentences are made where they are shown.
CREATE TYPE "SessionEnd" AS ENUM ('secret_deleted', 'key_deleted', 'secret_expired', 'key_expired', 'machine_disabled', 'machine_deleted', 'disconnected', 'machine_authentication_changed', 'tenant_authentication_changed', 'closed', 'removed');
CREATE TYPE "JobEnd" AS ENUM ('secret_deleted', 'key_deleted', 'secret_expired', 'key_expired', 'machine_disabled', 'machine_deleted', 'disconnected', 'machine_authentication_changed', 'tenant_authentication_changed', 'closed', 'removed', 'host_silent', 'not_running', 'other_robot', 'robot_disconnected', 'stopped_before_start');

ALTER TABLE "sessions" ADD COLUMN "end_code" "SessionEnd", ADD COLUMN "ended_by" TEXT;
ALTER TABLE "jobs" ADD COLUMN "end_code" "JobEnd", ADD COLUMN "ended_by" TEXT;

UPDATE "sessions"
   SET ended_by = substring(end_reason FROM '^(?:client secret deleted|key deleted|client secret expired|key expired|machine disabled|machine deleted|disconnected|client authentication of the machine changed|client authentication of the tenant changed|silent, and removed|stopped before it started) by (.*)$'),
       end_code = (CASE
         WHEN end_reason LIKE 'client secret deleted%' THEN 'secret_deleted'
         WHEN end_reason LIKE 'key deleted%' THEN 'key_deleted'
         WHEN end_reason LIKE 'client secret expired%' THEN 'secret_expired'
         WHEN end_reason LIKE 'key expired%' THEN 'key_expired'
         WHEN end_reason LIKE 'machine disabled%' THEN 'machine_disabled'
         WHEN end_reason LIKE 'machine deleted%' THEN 'machine_deleted'
         WHEN end_reason LIKE 'disconnected%' THEN 'disconnected'
         WHEN end_reason LIKE 'client authentication of the machine changed%' THEN 'machine_authentication_changed'
         WHEN end_reason LIKE 'client authentication of the tenant changed%' THEN 'tenant_authentication_changed'
         WHEN end_reason LIKE 'silent%' THEN 'removed'
         ELSE 'closed' END)::"SessionEnd"
 WHERE ended_at IS NOT NULL;

UPDATE "jobs"
   SET ended_by = COALESCE(substring(end_reason FROM '^a robot that does not run it .*, from (.*)$'),
                           substring(end_reason FROM '^(?:client secret deleted|key deleted|client secret expired|key expired|machine disabled|machine deleted|disconnected|client authentication of the machine changed|client authentication of the tenant changed|silent, and removed|stopped before it started) by (.*)$')),
       end_code = (CASE
         WHEN end_reason LIKE 'client secret deleted%' THEN 'secret_deleted'
         WHEN end_reason LIKE 'key deleted%' THEN 'key_deleted'
         WHEN end_reason LIKE 'client secret expired%' THEN 'secret_expired'
         WHEN end_reason LIKE 'key expired%' THEN 'key_expired'
         WHEN end_reason LIKE 'machine disabled%' THEN 'machine_disabled'
         WHEN end_reason LIKE 'machine deleted%' THEN 'machine_deleted'
         WHEN end_reason LIKE 'disconnected%' THEN 'disconnected'
         WHEN end_reason LIKE 'client authentication of the machine changed%' THEN 'machine_authentication_changed'
         WHEN end_reason LIKE 'client authentication of the tenant changed%' THEN 'tenant_authentication_changed'
         WHEN end_reason LIKE 'the host was silent%' THEN 'host_silent'
         WHEN end_reason LIKE 'the robot started again%' THEN 'not_running'
         WHEN end_reason LIKE 'a robot that does not run it%' THEN 'other_robot'
         WHEN end_reason LIKE 'the robot disconnected%' THEN 'robot_disconnected'
         WHEN end_reason LIKE 'stopped before%' THEN 'stopped_before_start'
         ELSE 'closed' END)::"JobEnd"
 WHERE end_reason IS NOT NULL;

ALTER TABLE "sessions" DROP COLUMN "end_reason";
ALTER TABLE "jobs" DROP COLUMN "end_reason";
