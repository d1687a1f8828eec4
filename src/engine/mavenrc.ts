/**
 * What Maven's launcher reads from HOME before it starts a JVM, which takes neither `HTTP_PROXY` nor `HOME` from the
 * environment. A shell script, since only in the container there is a port, and a `<proxies>` in settings.xml cannot take
 * it out of an address; not JAVA_TOOL_OPTIONS for that reason, and since every JVM would say on stderr that it saw them.
 */

/** `{pipe}` is left for the shim to fill in. What the repository says in MAVEN_OPTS comes later and wins. */
export const mavenrc = `# Written by prlt: the way out of this run.
prlt_pipe={pipe}
prlt_port=\${prlt_pipe##*:}
prlt_options="-Dhttp.proxyHost=127.0.0.1 -Dhttp.proxyPort=$prlt_port"
prlt_options="$prlt_options -Dhttps.proxyHost=127.0.0.1 -Dhttps.proxyPort=$prlt_port"
prlt_options="$prlt_options -Dhttp.nonProxyHosts=127.0.0.1|localhost"
# Maven 3.9 takes a proxy from there only when told to.
prlt_options="$prlt_options -Daether.connector.http.useSystemProperties=true"
# The image may have another home for this user; MAVEN_OPTS cannot have spaces.
case $HOME in *[[:space:]]*) ;; *) prlt_options="-Duser.home=$HOME $prlt_options" ;; esac
MAVEN_OPTS="$prlt_options $MAVEN_OPTS"
`;
