"""Holds the local ECR to the service model that botocore carries: every rule of
every operation's input is broken once, and the answer must be the refusal that
the rule wants."""

import sys

import botocore.session
from botocore.config import Config
from botocore.exceptions import ClientError

# On record for these members; the rest is told in the general form.
OWN_WORDS = {"repositoryName", "registryId"}

session = botocore.session.Session()
client = session.create_client("ecr", config=Config(parameter_validation=False, retries={"max_attempts": 0}))
model = client.meta.service_model
faults, checked = [], 0


def sample(shape, name=""):
    """A value that keeps every rule of its shape."""
    if shape.type_name == "structure":
        return {member: sample(shape.members[member], member) for member in shape.required_members}
    if shape.type_name == "list":
        return [sample(shape.member, name) for _ in range(max(1, shape.metadata.get("min", 1)))]
    if shape.type_name == "boolean":
        return True
    if shape.type_name in ("integer", "long"):
        return max(1, shape.metadata.get("min", 1))
    if shape.type_name == "blob":
        return b"x"
    if getattr(shape, "enum", None):
        return shape.enum[0]
    return SAMPLES.get(shape.name) or "x" * max(1, shape.metadata.get("min", 1))


SAMPLES = {
    "CredentialArn": "arn:aws:secretsmanager:us-east-1:123456789012:secret:ecr-pullthroughcache/x",
    "LayerDigest": "sha256:" + "0" * 64,
    "Prefix": "prefix",
    "PrincipalArn": "arn:aws:iam::123456789012:role/x",
    "PullThroughCacheRuleRepositoryPrefix": "prefix",
    "RegistryId": "123456789012",
    "RepositoryName": "repository",
    "RepositoryFilterValue": "prefix",
    "Region": "us-west-2",
    "SigningProfileArn": "arn:aws:signer:us-east-1:123456789012:/signing-profiles/xx",
    "UploadId": "00000000-0000-0000-0000-000000000000",
}


def broken(shape, name, top):
    """Values that break a rule of the shape, with what is said of the rule."""
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "string" and not getattr(shape, "enum", None):
        if least:
            yield "x" * (least - 1), f"Member must have length greater than or equal to {least}"
        if most and most < 1_000_000:
            yield "x" * (most + 1), f"Member must have length less than or equal to {most}"
        pattern = shape.metadata.get("pattern")
        if pattern:
            value = "?" * max(least or 1, 1)
            own = top and name in OWN_WORDS
            yield value, f"must satisfy regular expression '{pattern}'" if own else f"Member must satisfy regular expression pattern: {pattern}"
    if getattr(shape, "enum", None):
        yield "NOPE", "Member must satisfy enum value set: "
    if shape.type_name in ("integer", "long"):
        if least is not None:
            yield least - 1, f"Member must have value greater than or equal to {least}"
        if most is not None:
            yield most + 1, f"Member must have value less than or equal to {most}"
    if shape.type_name == "list":
        if least:
            yield [], f"Member must have length greater than or equal to {least}"
        if most:
            yield [sample(shape.member, name)] * (most + 1), f"Member must have length less than or equal to {most}"


def cases(shape, path, put):
    """Every broken rule in a structure: where it is, what is sent, what is said."""
    for member, inner in shape.members.items():
        here = f"{path}.{member}" if path else member
        if member in shape.required_members:
            whole = sample(shape)
            del whole[member]
            yield here, put(whole), "Member must not be null"

        def within(value, member=member):
            return put({**sample(shape), member: value})

        for value, rule in broken(inner, member, not path):
            yield here, within(value), rule
        yield from inside(inner, here, within, member)


def inside(shape, path, put, name):
    if shape.type_name == "structure":
        yield from cases(shape, path, put)
    if shape.type_name == "list":
        element = shape.member
        if element.type_name == "structure":
            yield from cases(element, f"{path}.1.member", lambda value: put([value]))
        elif name == "repositoryNames":
            for value, rule in broken(element, "repositoryName", True):
                yield "repositoryName", put([value]), rule
        else:
            for value, rule in broken(element, name, False):
                yield path, put([value]), f"Member must satisfy constraint: [{rule}"


def check(operation, path, parameters, rule):
    global checked
    checked += 1
    expected = f"Invalid parameter at '{path}' failed to satisfy constraint: '{rule}"
    try:
        client._make_api_call(operation, parameters)
        faults.append(f"{operation}: taken: {path} {parameters}")
    except ClientError as error:
        code, message = error.response["Error"]["Code"], error.response["Error"].get("Message", "")
        if code == "UnknownOperationException":
            checked -= 1
            return
        if code != "InvalidParameterException" or not message.startswith(expected):
            faults.append(f"{operation}: {code}: {message}\n    wanted: {expected}")


for operation in model.operation_names:
    for path, parameters, rule in cases(model.operation_model(operation).input_shape, "", lambda whole: whole):
        check(operation, path, parameters, rule)

print(f"rules broken: {checked}, refused as they must be: {checked - len(faults)}")
sys.exit("\n".join(faults[:40]) or 0)
