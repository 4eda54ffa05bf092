# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A replicated MySQL, step by step
#
# The Kubernetes documentation has an example that many people give up on: one MySQL server that takes all
# writes, and replicas that copy it and follow it, all from **one** Pod template. The file is not long, but
# almost every line in it answers a question that is nowhere asked. In this lesson we ask the questions first.
#
# **Goal.** At the end you can say, for any moment of the start-up, which Pod waits for what, and why each of
# the three scripts in the manifest is there.
#
# **What is needed.** You have seen a Pod and a Service before, and you can read a little bash. No cluster:
# everything below runs on a simulated Kubernetes inside this Python process, in virtual time. Minutes there
# take seconds here.
#
# **How to use it.** There are six rounds. Each one asks you to *predict*, then *runs*, then *explains*. Write your
# prediction down before you run the next cell; being wrong on paper is how this sticks.

# %%
from simk8s import Cluster, sh

MANIFESTS = "../scenarios/mysql"

cluster = Cluster(nodes=3, seed=1, addons=["rook"])
cluster.apply(MANIFESTS)
cluster.kubectl("get configmap,service,statefulset")

# %% [markdown]
# Four things are there now, and none of them is a process:
#
# - a **ConfigMap** with two small files, one for the server that is written to and one for those that follow it;
# - a **headless Service** `mysql` (cluster IP `None`), which does nothing but give each Pod a name:
#   `mysql-0.mysql`;
# - an ordinary **Service** `mysql-read`, one address behind which any ready Pod may answer;
# - a **StatefulSet** that wants three Pods.
#
# The fourth file of the folder is about disks: a StorageClass that Rook answers for. The template asks for one
# volume for each Pod.

# %% [markdown]
# ## Round 1: all at once, or one after the other?
#
# **Predict.** The StatefulSet wants three Pods, and there are three empty nodes. We let time pass until
# `mysql-0` is ready, and not a moment longer. How many Pods exist then: one, or three?

# %%
cluster.run("pod/mysql-0 Ready")

# %%
cluster

# %%
assert [pod.name for pod in cluster.pods()] == ["mysql-0"]

# %% [markdown]
# **Explain.** One. A StatefulSet creates Pod 1 only when Pod 0 is *ready*, Pod 2 only when Pod 1 is. A
# Deployment would have started three at once. Here the order is what makes everything else possible: whoever
# starts later can rely on somebody who is there already.
#
# The board above shows something else. In a Pod, too, there are things that happen one after the other (the
# *init containers*: step 1, step 2) and things that happen side by side (the *containers*). Keep the difference
# in mind; it will matter in round 4.
#
# Here is the story so far. Look at the times: which part of the minute and a half was MySQL's own?

# %%
cluster.history.story("mysql-0")

# %% [markdown]
# ## Round 2: who am I?
#
# All Pods come from one template. Nothing in it says "you are the primary". Still, `mysql-0` must become
# another kind of server than `mysql-1`. What the three of them do *not* share is the host name, and the first
# init container reads it:

# %%
cut = """
[[ `hostname` =~ -([0-9]+)$ ]] || exit 1
ordinal=${BASH_REMATCH[1]}
echo "I am number $ordinal, my server-id is $((100 + $ordinal))"
"""
for name in ("mysql-0", "mysql-2", "box"):
    result = sh(f"hostname() {{ echo {name}; }}\n{cut}")
    print(f"{name}: {result.stdout.decode().strip() or 'nothing'} (exit status {result.status})")

# %% [markdown]
# **Predict.** The script goes on and copies one of the two files of the ConfigMap. Which files will `mysql-0`
# have in its configuration folder, and which will `mysql-2` have? Why is 100 added to the number?

# %%
cluster.run()

# %%
cluster.exec("mysql-0", "cd /etc/mysql/conf.d && head -n 9 *", container="mysql")

# %%
cluster.exec("mysql-2", "cd /etc/mysql/conf.d && head -n 9 *", container="mysql")

# %%
assert cluster.read_file("mysql-0", "/etc/mysql/conf.d/replica.cnf", container="mysql") is None
assert b"super-read-only" in cluster.read_file("mysql-2", "/etc/mysql/conf.d/replica.cnf", container="mysql")
assert cluster.read_file("mysql-2", "/etc/mysql/conf.d/server-id.cnf", container="mysql").endswith(b"server-id=102\n")

# %% [markdown]
# **Explain.** Number 0 takes `primary.cnf` (keep a binary log, from which others can be fed), everybody else takes
# `replica.cnf` (let nobody write but the replication itself). The number becomes the server's id; since MySQL gives
# the id 0 a meaning of its own, the script begins at 100.
#
# An init container cannot write into a container that does not exist yet. So it writes into a volume (`conf`, an
# `emptyDir`), and the MySQL container finds the files there later. This is the first habit to take along:
# **one template, several personalities.** For each line ask what it means on number 0, and what on all the others.

# %% [markdown]
# ## Round 3: where does the data come from?
#
# A replica must not begin empty. It begins with a copy of a server that runs, and the copy remembers up to
# which point of the primary's log it reaches. Step 2, `clone-mysql`, fetches it:
#
# ```bash
# ncat --recv-only mysql-$(($ordinal-1)).mysql 3307 | xbstream -x -C /var/lib/mysql
# xtrabackup --prepare --target-dir=/var/lib/mysql
# ```
#
# **Predict.** From whom does `mysql-2` copy: from the primary, or from `mysql-1`? Who answers there on port
# 3307, since MySQL listens on 3306? And is `mysql-2`'s own MySQL running while the copy comes in?

# %%
backups = cluster.history.where(verb="mysql.backup")
backups

# %% [markdown]
# Whoever sends a backup is the *actor* of these records. Now back in time, to the middle of the second copy:

# %%
second = next(record for record in backups if record.actor.startswith("mysql-1"))
cluster.history.at(second.time)

# %%
assert [record.actor for record in backups if record.detail["stage"] == "done"] == [
    "mysql-0/xtrabackup",
    "mysql-1/xtrabackup",
]

# %% [markdown]
# **Explain.** Everybody copies from the neighbour with the number below: 1 from 0, 2 from 1. That spares the
# primary, and it is safe because of the order from round 1: the neighbour is ready, or we would not exist.
#
# The sender is the neighbour's *second container*, `xtrabackup`. It sits on port 3307 and, whenever somebody
# connects, makes a backup and pours it into the connection. This is also why `mysql-2` could not have started
# first.
#
# So the waits form a chain. Ask for it: everything that `mysql-2` had to wait for, from the first `apply` on, each
# stretch of time in the lane of the one whose work it was.

# %%
chain = cluster.why("pod/mysql-2 Ready")
chain

# %%
assert "mysql-1/xtrabackup" in [link.actor for link in chain.links]
assert abs(sum(link.seconds for link in chain.links) - chain.seconds) < 0.01

# %% [markdown]
# While the copy arrives, the containers of `mysql-2` are still waiting (`PodInitializing` on the board). The
# files of a database must not be replaced under a server that runs, and an init container is the one place
# where that is sure.

# %% [markdown]
# ## Round 4: a sentence to say once
#
# The copy lies there and MySQL starts on it. It would be a perfect replica, if somebody told it whom to follow
# and from where on. That takes one statement, `CHANGE MASTER TO ...`, with a file name and a position that came
# with the copy. Init containers cannot say it, for no server runs then. The `mysql` container cannot: its one
# process is the server. So the sidecar does, before it becomes the backup server. Its log tells how it went in
# `mysql-1`:

# %%
log = cluster.kubectl("logs mysql-1 -c xtrabackup").stdout
said, _, afterwards = log.partition("+ exec ncat")
print(said)

# %% [markdown]
# First it finds the file that came with the copy, makes the statement out of it and *removes the file*. Then it
# asks the server beside it, again and again, until it answers: containers of one Pod start in **no order**, so
# a sidecar must check before it relies on another. Then it renames the statement's file and says it.
#
# **Predict.** Now we kill the sidecar of `mysql-1`. Its container starts again and runs the same script from
# the first line. Will it say `CHANGE MASTER TO` a second time? What would happen to the replication if it did?

# %%
cluster.kill("mysql-1", "xtrabackup")
cluster.run()

# %%
cluster.kubectl("get pods")

# %%
again = cluster.kubectl("logs mysql-1 -c xtrabackup")
again

# %%
assert "Starting replication" in said and "Starting replication" not in again.stdout
pods = {pod.name: pod for pod in cluster.pods()}
assert (pods["mysql-1"].restarts, pods["mysql-1"].ready) == (1, "2/2")

# %% [markdown]
# **Explain.** It does not. All three `[[ -f ... ]]` fail, since the files were removed or renamed after their
# first use, and the script goes straight to its last line. Saying the statement again would throw the replica
# back to the position of the first copy, and it would apply the same changes twice.
#
# The second habit: **burn after reading.** Whatever belongs to the first start only must leave nothing behind
# that makes the second start do it again. The same idea stands at the top of `clone-mysql`: where data exists,
# do nothing.
#
# Read the order of the last two acts once more: *first* the file is renamed, *then* the statement is said. What
# if the container dies just between the two? Keep that question. It is what later lessons are about.

# %% [markdown]
# ## Round 5: write here, read there
#
# A client Pod comes, says its piece and goes. It writes to `mysql-0.mysql`, the one name that always means
# number 0.

# %%


def ask(host: str, sql: str):
    """Run a client Pod that asks a server, and goes away afterwards."""
    command = f"run mysql-client --image=mysql:5.7 -i -q --rm --restart=Never -- mysql -h {host} -e".split()
    return cluster.kubectl([*command, sql])


ask(
    "mysql-0.mysql",
    """
    CREATE DATABASE test;
    CREATE TABLE test.messages (message VARCHAR(250));
    INSERT INTO test.messages VALUES ('hello');
    """,
)

# %% [markdown]
# **Predict.** We read through `mysql-read` eight times. Which server ids will answer? Will each of them know
# the row? And what does `mysql-1` say to somebody who wants to write?

# %%
answers = [ask("mysql-read", "SELECT @@server_id, message FROM test.messages").stdout for _ in range(8)]
servers = [answer.splitlines()[1].split("\t") for answer in answers]
servers

# %%
refused = ask("mysql-1.mysql", "INSERT INTO test.messages VALUES ('me too')")
refused

# %%
assert {row for _, row in servers} == {"hello"}
assert len({server for server, _ in servers}) > 1
assert "super-read-only" in refused.text

# %% [markdown]
# **Explain.** Everybody who is ready stands behind `mysql-read`, the primary (100) too, in no particular order.
# All know the row: the replicas follow the primary's log, as `cluster.history.story("replicated")` would show
# line by line. And a replica refuses to be written to, because of the one line that it got in round 2.
#
# Note who keeps writers and readers apart: nobody but the writers themselves. Whoever writes through
# `mysql-read` has luck one time in three. Remember this for the exercise.

# %% [markdown]
# ## Round 6: two more
#
# **Predict.** We ask for five replicas. In which order do the new ones come, and from whom does `mysql-3` copy?
# The row was written minutes ago: does `mysql-3` get it by copying, or by following the primary?

# %%
cluster.kubectl("scale statefulset mysql --replicas=5")

# %%
cluster.run()

# %%
cluster

# %%
for pod in ("mysql-1", "mysql-3"):
    print(pod, cluster.exec(pod, "cat /var/lib/mysql/change_master_to.sql.orig", container="xtrabackup"))

# %%
ask("mysql-3.mysql", "SELECT @@server_id, message FROM test.messages")

# %%
donors = [record.actor for record in cluster.history.where(verb="mysql.backup") if record.detail["stage"] == "done"]
assert donors[2:] == ["mysql-2/xtrabackup", "mysql-3/xtrabackup"]
replicated = [line.actor for line in cluster.history.story("replicated")]
assert "mysql-2/mysql" in replicated and "mysql-3/mysql" not in replicated

# %% [markdown]
# **Explain.** First 3, which copies from 2, then 4, which copies from 3. Compare the two statements: `mysql-1`
# began to follow the log where it stood at the very start, `mysql-3` at a later position. The row lies *before*
# that position: it came with the copy, and the history has no line that says that `mysql-3` replicated it. A
# copy and a position that fit together: that is the whole secret. If the position were too early, rows would
# come twice; too late, and some would never come.

# %% [markdown]
# ## Exercise: an address for writers
#
# The name `mysql-0.mysql` in every program that writes is a nuisance: the number is an inner affair of the set.
# Make a Service `mysql-primary` that leads to the primary and to nobody else. Only the selector is missing; the
# one below is the obvious attempt, and it is wrong.
#
# *Hints.* (1) A Service chooses Pods by their labels. (2) `kubectl get pods --show-labels`. (3) Who has written
# the labels that are not in our template?

# %%


def service(selector: dict[str, str]) -> dict:
    """The Service with a selector of yours."""
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {"name": "mysql-primary"},
        "spec": {"selector": selector, "ports": [{"name": "mysql", "port": 3306}]},
    }


def check() -> str:
    """Whether `mysql-primary` does what was asked, with a reason."""
    cluster.run("10s")
    found = cluster.get("endpoints", "mysql-primary") or {}
    subsets = found.get("subsets") or []
    pods = sorted(address["targetRef"]["name"] for subset in subsets for address in subset["addresses"])
    if not pods:
        return "Not yet: no ready Pod has all these labels, so a client would be refused."
    if pods != ["mysql-0"]:
        return f"Not yet: it leads to {', '.join(pods)}. All of these carry the labels that you ask for."
    answer = ask("mysql-primary", "INSERT INTO test.messages VALUES ('for the primary'); SELECT @@server_id;")
    if answer.status or "100" not in answer.stdout:
        return f"Not yet: the Pod is right, but a client could not write: {answer.text}"
    return "Right: it leads to mysql-0 alone, and a client has written through it."


# %%
my_selector = {"app": "mysql"}

cluster.apply(service(my_selector))
first_try = check()
first_try

# %%
assert first_try.startswith("Not yet: it leads to mysql-0, mysql-1")

# %% [markdown]
# Change `my_selector` and run the two cells above again, until `check` agrees. (The `assert` belongs to the
# wrong attempt; leave it out.) Only then read on.
#
# ### A solution
#
# The labels show that the StatefulSet controller has added some of its own:

# %%
cluster.kubectl("get pods -l app=mysql --show-labels")

# %%
cluster.apply(service({"statefulset.kubernetes.io/pod-name": "mysql-0"}))
solution = check()
solution

# %%
assert solution.startswith("Right")

# %% [markdown]
# The same works with `apps.kubernetes.io/pod-index: "0"`. A Service for the replicas alone is harder: a selector
# cannot say "everybody but". (What would each Pod have to carry, and who could write it there?)
#
# And see what the new address does *not* give: when `mysql-0` is away, nobody takes its place. The role is
# welded to the number. To move it, something must understand MySQL and act; such a something is called an
# operator.

# %% [markdown]
# ## Summary
#
# - **Order** (round 1): Pod N+1 exists only after Pod N is ready. Containers of one Pod have no order, init
#   containers have.
# - **Personality** (round 2): one template; the host name decides; an `emptyDir` carries the decision over.
# - **Copy** (round 3): everybody clones the neighbour below through a small server in the sidecar, before MySQL
#   starts.
# - **Position** (rounds 4 and 6): copy and position belong together; the sidecar says them once, and burns its
#   notes.
# - **Names** (round 5): the headless Service for those who must know whom they talk to, the other one for those
#   who need not.
#
# ## What a real cluster does differently
#
# - Times are drawn from distributions here. Pulling the image of MySQL may well take minutes with you, and a
#   disk of a cloud provider half a minute. The *order* of things is the same.
# - MySQL is a model: files, logs, positions and replication threads are those of 5.7, but the SQL is a part of it.
#   `docs/fidelity.md` says which.
# - A real `mysql-read` spreads *connections* at random too, but a client that keeps its connection keeps its
#   server.
# - `gcr.io/google-samples/xtrabackup:1.0` is old, and MySQL 5.7 is no longer maintained. The pattern is what
#   you take home.
# - Here nothing fails unless we make it fail. In a real cluster nodes vanish in the middle of a copy, and then
#   it shows whether the habits of rounds 2 and 4 were kept.
#
# ## Sources
#
# - Kubernetes documentation: *Run a Replicated Stateful Application* and *StatefulSets*
# - Percona XtraBackup 2.4 documentation: *How to set up a replica for replication in 6 simple steps*
# - MySQL 5.7 reference manual: *CHANGE MASTER TO Statement*, *Server System Variables* (`super_read_only`,
#   `server_id`)
# - the manifests of this lesson, with comments: `scenarios/mysql/`
