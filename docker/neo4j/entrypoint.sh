#!/bin/bash
# Starts Neo4j. As in the official image, NEO4J_AUTH=neo4j/PASSWORD (or none) sets the first password, and a
# variable like NEO4J_server_memory_heap_max__size sets server.memory.heap.max_size.
set -euo pipefail

conf=$(mktemp -d)
cat >"$conf/neo4j.conf" <<'END'
server.default_listen_address=0.0.0.0
server.directories.data=/data
server.directories.logs=/data/logs
server.directories.run=/tmp
server.directories.plugins=/opt/neo4j/plugins
dbms.security.procedures.unrestricted=gds.*
dbms.usage_report.enabled=false
END

# A setting given twice is an error for Neo4j, so a variable replaces the line above.
while IFS='=' read -r -d '' variable value; do
  [[ $variable =~ ^NEO4J_[a-z] ]] || continue
  setting=${variable#NEO4J_}
  setting=${setting//__/%}
  setting=${setting//_/.}
  setting=${setting//%/_}
  sed -i "/^${setting//./\\.}=/d" "$conf/neo4j.conf"
  echo "$setting=$value" >>"$conf/neo4j.conf"
done < <(env -0)

plugins=${NEO4J_PLUGINS:-'["graph-data-science"]'}
if [ "${plugins//[[:space:]]/}" != '["graph-data-science"]' ]; then
  echo "NEO4J_PLUGINS is $plugins: this image has graph-data-science and fetches no other plugin." >&2
  exit 1
fi

export NEO4J_HOME=/data NEO4J_CONF=$conf
java=/opt/neo4j/java/bin/java
case ${NEO4J_AUTH:-} in
  none) echo "dbms.security.auth_enabled=false" >>"$conf/neo4j.conf" ;;
  neo4j/?*)
    if [ ! -e /data/dbms/auth.ini ] && [ ! -d /data/databases/system ]; then
      class_path=$(head -1 /opt/neo4j/neo4j.args)
      echo "$class_path" >"$conf/admin.args"
      "$java" "@$conf/admin.args" org.neo4j.cli.AdminTool dbms set-initial-password "${NEO4J_AUTH#neo4j/}"
    fi
    ;;
  *)
    echo "Set NEO4J_AUTH to neo4j/PASSWORD (at least 8 characters), or to none for no password." >&2
    exit 1
    ;;
esac

heap=$(sed -n 's/^server\.memory\.heap\.max_size=//p' "$conf/neo4j.conf")
# Java maps libraries that it unpacks into its temporary folder; a tmpfs on /tmp may forbid that.
mkdir -p /data/tmp
exec "$java" -Djava.io.tmpdir=/data/tmp ${heap:+"-Xmx$heap"} ${JAVA_OPTIONS:-} -XX:+UseG1GC @/opt/neo4j/neo4j.args \
  --home-dir=/data --config-dir="$conf" --console-mode
