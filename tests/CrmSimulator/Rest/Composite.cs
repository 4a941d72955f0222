using System.Text.Json;
using LeadSync.CrmSimulator.Journal;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>/composite: up to 25 calls in one, later ones using what earlier ones answered. One API call, whatever it carries.</summary>
internal static class Composite
{
    private const int MostParts = 25;

    /// <summary>Of the parts, so many may be queries or collections.</summary>
    private const int MostBigParts = 5;

    private static readonly string[] ForbiddenHeaders = ["Accept", "Authorization", "Content-Type"];

    public static ApiAnswer Run(ApiRequest request)
    {
        var body = request.RequireBody();
        var parts = Read(body);
        var allOrNone = body.Root.TryGetProperty("allOrNone", out var flag) && flag.ValueKind == JsonValueKind.True;
        var before = request.Transaction.Savepoint();
        var answers = new Dictionary<string, ApiAnswer>(StringComparer.Ordinal);
        var failed = -1;
        for (var i = 0; i < parts.Count && (failed < 0 || !allOrNone); i++)
        {
            var answer = Answer(request, parts[i], answers, allOrNone);
            answers.Add(parts[i].ReferenceId, answer);
            if (!answer.Succeeded && failed < 0)
                failed = i;
        }

        if (allOrNone && failed >= 0)
        {
            request.Transaction.RollBackTo(before);
            foreach (var part in parts.Where((_, i) => i != failed))
                answers[part.ReferenceId] = Halted(
                    "The transaction was rolled back since another operation in the same transaction failed."
                );
        }

        foreach (var part in parts)
            request.Parts.Add(part.Noted(answers[part.ReferenceId]));
        return ApiAnswer.Json(200, json => Write(json, parts, answers)) with
        {
            Records = request.Parts.Sum(part => part.Records),
        };
    }

    private sealed record Part(
        string Method,
        string Url,
        string ReferenceId,
        JsonBody? Body,
        Dictionary<string, string> Headers
    )
    {
        public string Kind
        {
            get
            {
                var (segments, _) = ApiRequest.Split(Url);
                return segments.Length < 3 ? RequestKinds.Unknown : Router.KindOf(Method, segments[3..]);
            }
        }

        public Subrequest Noted(ApiAnswer answer)
        {
            var (segments, _) = ApiRequest.Split(Url);
            var shape = RequestShape.Of(Kind, Method, Url, segments.Length < 3 ? [] : segments[3..], Body);
            var kind =
                Kind == RequestKinds.Collections
                    ? $"{RequestKinds.Collections}:{RequestShape.CollectionKind(Method, segments[3..])}"
                    : Kind;
            return new(
                kind,
                Method,
                Url.Length > 500 ? Url[..500] : Url,
                shape.Object,
                Math.Max(shape.Records, answer.Records),
                answer.Status
            );
        }
    }

    private static List<Part> Read(JsonBody body)
    {
        if (
            body.Root.ValueKind != JsonValueKind.Object
            || !body.Root.TryGetProperty("compositeRequest", out var list)
            || list.ValueKind != JsonValueKind.Array
        )
        {
            throw body.Mistyped("composite request", body.Root);
        }

        var parts = list.EnumerateArray().Select(part => ReadPart(body, part)).ToList();
        if (parts.Count > MostParts)
            throw Refused("LIMIT_EXCEEDED", $"The composite request holds more than {MostParts} subrequests");
        var big = parts.Count(part =>
            part.Kind is RequestKinds.Query or RequestKinds.QueryMore or RequestKinds.Collections
        );
        if (big > MostBigParts)
        {
            throw Refused(
                "LIMIT_EXCEEDED",
                $"The composite request holds more than {MostBigParts} query or collection subrequests"
            );
        }

        var twice = parts
            .GroupBy(part => part.ReferenceId, StringComparer.Ordinal)
            .FirstOrDefault(group => group.Count() > 1);
        return twice is null ? parts : throw Refused("INVALID_INPUT", $"Duplicate referenceId: {twice.Key}");
    }

    private static Part ReadPart(JsonBody body, JsonElement part)
    {
        string Required(string name) =>
            part.ValueKind == JsonValueKind.Object && part.TryGetProperty(name, out var value)
                ? RecordInput.TextIn(body, value)
                : throw Refused("INVALID_INPUT", $"Each subrequest needs a {name}");

        var referenceId = Required("referenceId");
        if (referenceId.Length == 0 || !referenceId.All(c => char.IsAsciiLetterOrDigit(c) || c == '_'))
        {
            throw Refused(
                "INVALID_INPUT",
                $"Invalid referenceId: {referenceId}. Only letters, digits and underscores are allowed"
            );
        }

        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        if (part.TryGetProperty("httpHeaders", out var given) && given.ValueKind == JsonValueKind.Object)
        {
            foreach (var header in given.EnumerateObject())
            {
                var name = body.NameOf(header);
                if (ForbiddenHeaders.Contains(name, StringComparer.OrdinalIgnoreCase))
                    throw Refused("INVALID_INPUT", $"A subrequest cannot set the header {name}");
                headers[name] = RecordInput.TextIn(body, header.Value);
            }
        }

        var inner =
            part.TryGetProperty("body", out var content)
            && content.ValueKind is not (JsonValueKind.Null or JsonValueKind.Undefined)
                ? body.At(content)
                : null;
        return new(Required("method").ToUpperInvariant(), Required("url"), referenceId, inner, headers);
    }

    private static ApiAnswer Answer(
        ApiRequest request,
        Part part,
        Dictionary<string, ApiAnswer> answers,
        bool allOrNone
    )
    {
        var before = request.Transaction.Savepoint();
        try
        {
            var references = new CompositeReferences(answers);
            var (segments, query) = ApiRequest.Split(references.Resolve(part.Url));
            if (segments is not ["services", "data", var version, ..] || Versions.Refusal(version) is not null)
                throw new ApiException(404, ApiError.NotFound);
            var kind = Router.KindOf(part.Method, segments[3..]);
            if (kind == RequestKinds.Composite)
                throw new ApiException(400, new ApiError("INVALID_INPUT", "A composite request cannot hold another"));
            return Router.Answer(
                new()
                {
                    Method = part.Method,
                    Version = version,
                    Segments = segments[3..],
                    Query = query,
                    Headers = part.Headers.ToDictionary(
                        header => header.Key,
                        header => references.Resolve(header.Value),
                        StringComparer.OrdinalIgnoreCase
                    ),
                    Body = part.Body is null ? null : references.Resolve(part.Body),
                    Viewer = request.Viewer,
                    Transaction = request.Transaction,
                    RecordFaults = request.RecordFaults,
                    InComposite = true,
                    AllOrNone = allOrNone,
                }
            );
        }
        catch (UnresolvedReferenceException e)
        {
            return Halted(e.Message);
        }
        catch (ApiException e)
        {
            request.Transaction.RollBackTo(before);
            return ApiAnswer.Error(e);
        }
    }

    private static void Write(Utf8JsonWriter json, List<Part> parts, Dictionary<string, ApiAnswer> answers)
    {
        json.WriteStartObject();
        json.WriteStartArray("compositeResponse");
        foreach (var part in parts)
        {
            var answer = answers[part.ReferenceId];
            json.WriteStartObject();
            json.WritePropertyName("body");
            if (answer.Body.IsEmpty)
                json.WriteNullValue();
            else
                json.WriteRawValue(answer.Body.Span, skipInputValidation: true);
            json.WriteStartObject("httpHeaders");
            foreach (var (name, value) in answer.Headers)
                json.WriteString(name, value);
            json.WriteEndObject();
            json.WriteNumber("httpStatusCode", answer.Status);
            json.WriteString("referenceId", part.ReferenceId);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static ApiAnswer Halted(string message) => ApiAnswer.Error(400, new ApiError("PROCESSING_HALTED", message));

    private static ApiException Refused(string code, string message) => new(400, new ApiError(code, message));
}
