#!/usr/bin/env bats

@test "A whole Deployment passes" {
  run bin/kubeconform -summary fixtures/web.yaml
  [ "$status" -eq 0 ]
  [ "$output" = "Summary: 2 resources found in 1 file - Valid: 2, Invalid: 0, Errors: 0, Skipped: 0" ]
}

@test "A folder passes" {
  run bin/kubeconform -summary fixtures/folder
  [ "$status" -eq 0 ]
  [ "$output" = "Summary: 3 resources found in 2 files - Valid: 3, Invalid: 0, Errors: 0, Skipped: 0" ]
}

@test "A text for a number fails" {
  run bin/kubeconform fixtures/wrong-type.yaml
  [ "$status" -eq 1 ]
}

@test "The same as an item of a list fails" {
  run bin/kubeconform -summary fixtures/list.yaml
  [ "$status" -eq 1 ]
  [ "${lines[1]}" == 'Summary: 2 resources found in 1 file - Valid: 1, Invalid: 1, Errors: 0, Skipped: 0' ]
}

@test "A missing field fails" {
  run bash -c "cat fixtures/missing-field.yaml | bin/kubeconform -"
  [ "$status" -eq 1 ]
}

@test "An unknown field passes" {
  run bin/kubeconform -output json fixtures/unknown-field.yaml
  [ "$status" -eq 0 ]
}

@test "An unknown field fails where that is strict" {
  run bin/kubeconform -strict fixtures/unknown-field.yaml
  [ "$status" -eq 1 ]
}

@test "A key that stands twice fails where that is strict" {
  run bin/kubeconform -strict fixtures/duplicate-key.yaml
  [ "$status" -eq 1 ]
}

@test "A manifest without its version fails" {
  run bin/kubeconform fixtures/missing-version.yaml
  [ "$status" -eq 1 ]
}

@test "An old version passes for an old server" {
  run bin/kubeconform -kubernetes-version 1.20.0 fixtures/old-version.yaml
  [ "$status" -eq 0 ]
}

@test "An old version fails for a new server" {
  run bin/kubeconform -kubernetes-version 1.30.0 fixtures/old-version.yaml
  [ "$status" -eq 1 ]
}

@test "An empty file passes" {
  run bin/kubeconform -summary fixtures/empty.yaml
  [ "$status" -eq 0 ]
  [ "$output" = "Summary: 0 resource found in 1 file - Valid: 0, Invalid: 0, Errors: 0, Skipped: 0" ]
}

@test "A kind that nothing defines fails" {
  run bin/kubeconform fixtures/lamp.yaml
  [ "$status" -eq 1 ]
}

@test "A kind that nothing defines passes where it may be missing" {
  run bin/kubeconform -ignore-missing-schemas fixtures/lamp.yaml
  [ "$status" -eq 0 ]
}

@test "A kind that is defined beside the schemas passes" {
  run bin/kubeconform -schema-location './fixtures/kinds/{{ .ResourceKind }}.json' fixtures/lamp.yaml
  [ "$status" -eq 0 ]
}

@test "A kind with a schema of its own passes" {
  run bash -c "bin/kubeconform -schema-location ./fixtures/kinds/lamp.json fixtures/lamp.yaml"
  [ "$status" -eq 0 ]
}

@test "Files are left out by their names" {
  run bin/kubeconform -summary --ignore-filename-pattern 'missing' fixtures/missing-field.yaml fixtures/web.yaml
  [ "$status" -eq 0 ]
  [ "$output" = "Summary: 2 resources found in 1 file - Valid: 2, Invalid: 0, Errors: 0, Skipped: 0" ]
}

@test "An option of the program is no question" {
  run bin/kubeconform -reject Service fixtures/web.yaml
  [ "$status" -eq 1 ]
}
