// The compiled policy in the forms in which people put it somewhere.

export interface Form {
  id: string
  name: string
  text: (policy: string) => string
}

const indented = (text: string, by: string) => text.trimEnd().split('\n').join(`\n${by}`)

export const FORMS: readonly Form[] = [
  { id: 'ecr', name: 'ECR JSON', text: (policy) => policy },
  {
    id: 'terraform',
    name: 'Terraform',
    // In a heredoc only `${` and `%{` mean something.
    text: (policy) => `resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = <<-JSON
    ${indented(policy, '    ').replace(/([$%])\{/g, '$1$1{')}
  JSON
}
`,
  },
  {
    id: 'aws',
    name: 'aws command',
    text: (policy) => `aws ecr put-lifecycle-policy --repository-name NAME \\
  --lifecycle-policy-text '${JSON.stringify(JSON.parse(policy)).replaceAll("'", `'\\''`)}'
`,
  },
  {
    id: 'workflow',
    name: 'Workflow step',
    text: (policy) => `- uses: ecrane/ecrane@v0
  with:
    repository: team/app
    lifecycle-policy: |
      ${indented(policy, '      ').replaceAll('${{', '$\\u007b{')}
`,
  },
]
