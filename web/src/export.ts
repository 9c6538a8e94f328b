// The compiled policy in the forms in which people put it somewhere.

export interface Form {
  id: string
  name: string
  text: (policy: string) => string
}

/** ECR takes no longer policy, line breaks counted. */
const MOST_CHARACTERS = 30_720

/** The compiled policy on many lines, where ECR would take that. */
export function readable(policy: string): string {
  const lines = JSON.stringify(JSON.parse(policy), null, 2)
  return lines.length <= MOST_CHARACTERS ? lines : policy
}

const indented = (text: string, by: string) => text.trimEnd().split('\n').join(`\n${by}`)

export const FORMS: readonly Form[] = [
  { id: 'ecr', name: 'ECR JSON', text: readable },
  {
    id: 'terraform',
    name: 'Terraform',
    // In a heredoc only `${` and `%{` mean something.
    text: (policy) => `resource "aws_ecr_lifecycle_policy" "this" {
  repository = aws_ecr_repository.this.name

  policy = <<-JSON
    ${indented(readable(policy), '    ').replace(/([$%])\{/g, '$1$1{')}
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
    text: (policy) => `- uses: OWNER/ecrane@COMMIT
  with:
    repository: team/app
    lifecycle-policy: |
      ${indented(readable(policy), '      ').replaceAll('${{', '$\\u007b{')}
`,
  },
]
