#!/usr/bin/env bats
# SPDX-License-Identifier: ISC
# The manifests: against the published schemas, by what they may not allow, and the collecting of
# what they print.
# shellcheck disable=SC2016,SC2030,SC2031 # jq has variables, bats a subshell for each test

# shellcheck source=helper.bash
source "$BATS_TEST_DIRNAME/helper.bash"

bases=(run/unprivileged run/sys-resource run/container run/gvisor run/kata limits/report limits/set)

setup() {
	manifests=$top/containers/kubernetes
	cd "$BATS_TEST_TMPDIR" || return
}

# built BASE: what kubectl makes of it, in built.yaml.
built() {
	command -v kubectl >/dev/null || absent 'not installed: kubectl'
	run kubectl kustomize --help
	[[ $output == *--load-restrictor* ]] || absent 'kubectl is older than 1.21'
	kubectl kustomize "$manifests/$1" >built.yaml
}

@test "everything that kustomize builds is valid" {
	for base in "${bases[@]}"; do
		built "$base"
		cat built.yaml >>all.yaml
		echo --- >>all.yaml
	done
	[ "$(grep -c '^kind: DaemonSet$' all.yaml)" -eq "${#bases[@]}" ]
	valid kubernetes all.yaml
	valid kubernetes "$manifests"/*/*/{daemonset,namespace}.yaml
	valid yaml "$manifests"/*/kustomization.yaml "$manifests"/*/*/*.yaml
}

@test "every directory that kustomize builds is tested" {
	for file in "$manifests"/{run,limits}/*/kustomization.yaml; do
		grep -q '^kind: Kustomization$' "$file" || continue
		directory=${file%/*}
		[[ " ${bases[*]} " == *" ${directory#"$manifests/"} "* ]]
	done
}

# A valid manifest, each line of which is spoilt once.
@test "a misspelt field, a wrong type, a wrong word and a field too few are seen" {
	good=$manifests/run/unprivileged/daemonset.yaml
	valid kubernetes "$good"
	while IFS='!' read -r from to finding; do
		sed "s|$from|$to|" "$good" >bad.yaml
		run cmp -s "$good" bad.yaml
		[ "$status" -eq 1 ]
		invalid kubernetes bad.yaml
		[[ $output == *"$finding"* ]]
	done <<-'END'
		tolerations:!tolerationz:!"additionalProperty":"tolerationz"
		imagePullPolicy:!imagePulPolicy:!"additionalProperty":"imagePulPolicy"
		drop:!dropp:!"additionalProperty":"dropp"
		runAsUser: 707007!runAsUser: "707007"!runAsUser: must be integer
		runAsNonRoot: true!runAsNonRoot: yes please!runAsNonRoot: must be boolean
		- ALL!- {}!drop/0: must be string
		type: RuntimeDefault!type: runtimeDefault!must be equal to one of the allowed values
		operator: Exists!operator: Existst!must be equal to one of the allowed values
		IfNotPresent!Sometimes!must be equal to one of the allowed values
		memory: 64Mi!memory: 64 megabytes!must match format
		template:!templates:!must have required property 'template'
		kind: DaemonSet!kind: DemonSet!apps.v1.DemonSet is not published
		apiVersion: apps.v1!apiVersion: apps/v2!apps.v2.DaemonSet is not published
	END
}

@test "the Sonobuoy plugin is valid, and a wrong one is seen" {
	plugin=$manifests/sonobuoy/pipe7.yaml
	valid sonobuoy "$plugin"
	while IFS='!' read -r from to finding; do
		sed "s|$from|$to|" "$plugin" >bad.yaml
		invalid sonobuoy bad.yaml
		[[ $output == *"$finding"* ]]
	done <<-'END'
		result-format:!result-fromat:!sonobuoy-config/result-fromat
		podSpec:!podSpecs:!/podSpecs
		tolerations:!toleration:!"additionalProperty":"toleration"
		runAsUser: 707007!runAsUser: root!must be integer
	END
}

# The DaemonSets of all bases, each with its base, once for all tests.
pods_built() {
	pods=$BATS_FILE_TMPDIR/pods.json
	command -v jq >/dev/null || absent 'not installed: jq'
	[ ! -e "$pods" ] || return 0
	for base in "${bases[@]}"; do
		built "$base"
		validate json built.yaml >built.json
		jq -c --arg base "$base" 'select(.kind == "DaemonSet") | .base = $base' built.json
	done >pods.json
	[ "$(wc -l <pods.json)" -eq "${#bases[@]}" ]
	mv pods.json "$pods"
}

# of_pods QUERY | of_containers QUERY: what jq finds; $base, $pod and $c are what they are called.
of_pods() { jq -r ".base as \$base | .spec.template.spec as \$pod | $1" "$pods"; }
of_containers() {
	of_pods "(\$pod.initContainers // []) + \$pod.containers | .[] as \$c | $1"
}

@test "no container may do more than its profile says" {
	pods_built
	[ -z "$(of_containers '$c | select(.securityContext.allowPrivilegeEscalation != false
		or .securityContext.readOnlyRootFilesystem != true
		or .securityContext.privileged == true
		or .resources.limits.memory == null) | [$base, .name]')" ]
	[ -z "$(of_pods 'select($pod.securityContext.seccompProfile.type != "RuntimeDefault"
		or $pod.securityContext.runAsNonRoot != true
		or $pod.hostPID or $pod.hostNetwork or $pod.hostIPC
		or $pod.automountServiceAccountToken != false) | $base')" ]
	[ -z "$(of_containers '$c.securityContext | select(.runAsUser != 0
		and .capabilities != { drop: ["ALL"] }) | [$base, $c.name]')" ]
	of_containers '$c.securityContext | select(.runAsUser == 0)
		| .capabilities | (.add // []) as $add | (.drop // []) as $drop
		| "\($base) \($c.name) +\($add | join(",")) -\($drop | join(","))"' >as_root
	diff as_root - <<-'END'
		run/sys-resource run +SYS_RESOURCE,SETUID,SETGID,SETPCAP -ALL
		run/container run + -
		limits/set set + -ALL
	END
}

@test "of the host one file is seen, by one container that ends" {
	pods_built
	[ "$(of_pods '$pod.volumes // [] | .[] | select(.emptyDir == null) | .hostPath.path')" = \
		/proc/sys/fs/pipe-max-size ]
	[ "$(of_containers '$c | select(.volumeMounts // [] | any(.name == "pipe-max-size"))
		| .name')" = set ]
	[ "$(of_pods 'select($base == "limits/set") | $pod.containers[].name')" = report ]
}

@test "every node is visited, every result bears its name, every image is the one" {
	pods_built
	[ "$(of_pods '$pod.tolerations | tojson' | sort -u)" = '[{"operator":"Exists"}]' ]
	[ "$(of_containers '$c | select(.name == "run")
		| "\(.args[1]) \(.env[0].valueFrom.fieldRef.fieldPath)"' | sort -u)" = \
		'--place=kubernetes/$(NODE_NAME) spec.nodeName' ]
	[ "$(of_containers '$c.image' | sort -u)" = localhost/pipe7:latest ]
}

# What a pod runs is run here: each argument must be one that the program takes.
@test "the program takes the arguments of every container" {
	pods_built
	of_containers '$c.args | map(sub("\\$\\(NODE_NAME\\)"; "node-1"))
		| select(.[0] != "tune") | join(" ")' >arguments
	[ "$(wc -l <arguments)" -eq 12 ]
	sed -nE 's/^    - (run|--.*)$/\1/p' "$manifests/sonobuoy/pipe7.yaml" |
		sed 's/\$(NODE_NAME)/node-1/' | paste -sd ' ' >>arguments
	while read -r words; do
		words=${words//--stay/}
		words=${words//\/tmp\//$PWD\/}
		words=${words//\/expected\//"$top"\/reports\/expected\/}
		mkdir -p sonobuoy/results fifos
		read -ra words <<<"$words"
		[ "${words[0]}" != run ] || words+=(end_of_file)
		run "$real_program" "${words[@]}"
		echo "${words[*]}: $output"
		[ "$status" -eq 0 ]
	done <arguments
	grep -q '^# fact: place=kubernetes/node-1$' sonobuoy/results/pipe7.tap
	[ "$(<sonobuoy/results/done)" = "$PWD/sonobuoy/results/pipe7.tap" ]
}

# --- collect ------------------------------------------------------------------

# A cluster of three nodes, in files: logs/POD is what a pod printed.
fake_kubectl() {
	mkdir -p bin logs
	cat >bin/kubectl <<-'END'
		#!/bin/sh
		printf '%s\n' "$*" >>asked
		case "$*" in
		*'get daemonsets'*) cat daemonsets ;;
		*'rollout status'*) exit "$(cat rollout)" ;;
		*'get pods'*) cat pods ;;
		*'logs '*) shift 3; cat "logs/$1" ;;
		esac
	END
	chmod +x bin/kubectl
	PATH=$PWD/bin:$PATH
	echo daemonset.apps/pipe7 >daemonsets
	echo 0 >rollout
	printf 'pipe7-%s\n' 'a node-1' 'b node-2.example' 'c node-3' >pods
	printf '%s\n' 'TAP version 13' 1..2 'ok 1 - x' 'ok 2 - y # SKIP absent: z' |
		tee logs/pipe7-a logs/pipe7-b >logs/pipe7-c
}

collect() { run "$manifests/collect" "$@"; }

@test "collect writes a file for each node, which prove reads" {
	fake_kubectl
	collect -n pipe7-gvisor -t 7 all
	echo "$output"
	[ "$status" -eq 0 ]
	[ "$(ls all)" = $'node-1.tap\nnode-2.example.tap\nnode-3.tap' ]
	cmp logs/pipe7-b all/node-2.example.tap
	[ "$(grep -c '^--namespace pipe7-gvisor ' asked)" -eq "$(wc -l <asked)" ]
	grep -q 'rollout status daemonset.apps/pipe7 --timeout 7s' asked
	grep -q 'logs pipe7-c --container run' asked
	prove all/*.tap
	sed -i 's/^ok 1/not ok 1/' all/node-3.tap
	run prove all/*.tap
	[ "$status" -ne 0 ]
}

@test "collect names each node that has no whole report, and keeps the others" {
	fake_kubectl
	sed -i '$d' logs/pipe7-a
	sed -i 1d logs/pipe7-b
	collect all
	echo "$output"
	[ "$status" -eq 1 ]
	[ "${#lines[@]}" -eq 2 ]
	[[ ${lines[0]} == 'collect: node-1: '*'not a whole report: all/node-1.tap.part' ]]
	[[ ${lines[1]} == 'collect: node-2.example: '* ]]
	[ "$(ls all/*.tap)" = all/node-3.tap ]
	rm logs/pipe7-c
	collect other
	[ "$status" -eq 1 ]
	[[ $output == *'collect: node-3: no log of pod pipe7-c'* ]]
	[ -z "$(ls other/*.tap 2>/dev/null)" ]
}

@test "collect says when nodes were not done, when a pod has none, and when nothing runs" {
	fake_kubectl
	echo 1 >rollout
	echo 'pipe7-d ' >>pods
	collect all
	[ "$status" -eq 1 ]
	[ "${lines[0]}" = 'collect: daemonset.apps/pipe7: not done on every node within 300 s' ]
	[ "${lines[1]}" = 'collect: pod pipe7-d: no node took it' ]
	[ "$(find all -name '*.tap' | wc -l)" -eq 3 ]
	: >daemonsets
	collect -n nowhere all
	[ "$status" -eq 1 ]
	[ "$output" = 'collect: no runs in namespace nowhere; see containers/kubernetes' ]
}

@test "collect's misuse is one line" {
	for words in '' 'a b' '-t x a' '-x a'; do
		read -ra words <<<"$words"
		collect "${words[@]}"
		echo "$output"
		[ "$status" -eq 2 ]
		[[ ${lines[-1]} == *expected* ]]
	done
	collect -h
	[ "$status" -eq 0 ]
	[[ $output == usage:* ]]
}
