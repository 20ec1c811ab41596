#!/bin/sh
# Builds both images, loads them into Minikube and installs the chart.
set -eu
minikube start --cpus=4 --memory=4096
docker build -t todo-frontend:latest ./frontend
docker build -t todo-backend:latest ./backend
minikube image load todo-frontend:latest
minikube image load todo-backend:latest
kubectl create namespace todo-app
helm install todo-app ./helm/todo-app --namespace todo-app --values values-dev.yaml
kubectl apply -f manifests/
