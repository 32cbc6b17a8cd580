#!/bin/sh
# Makes the run in a cluster of kind: sh examples/kubernetes/kind.sh. Needs docker, kind and kubectl.
set -e
cd "$(dirname "$0")/../.."
kind get clusters | grep -qx edgewater || kind create cluster --name edgewater
docker build --tag edgewater-example --file examples/kubernetes/Dockerfile .
kind load docker-image edgewater-example --name edgewater
kubectl --context kind-edgewater delete job earthquakes --ignore-not-found
kubectl --context kind-edgewater apply --filename examples/kubernetes/manifests.json
kubectl --context kind-edgewater wait --for=condition=complete --timeout=300s job/earthquakes
kubectl --context kind-edgewater get jobs --selector app.kubernetes.io/managed-by=edgewater
kubectl --context kind-edgewater logs job/earthquakes
