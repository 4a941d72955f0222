using System.Text.Json;

namespace LeadSync.CrmSimulator.Rest;

/// <summary>One error as the CRM words it. A whole call names the code errorCode, a record in a collection statusCode.</summary>
/// <param name="Fields">Null leaves the member out, as errors about the URL, a query or the session do.</param>
public sealed record ApiError(string Code, string Message, IReadOnlyList<string>? Fields = null)
{
    public static readonly ApiError NotFound = new("NOT_FOUND", "The requested resource does not exist");
    public static readonly ApiError Deleted = new("ENTITY_IS_DELETED", "entity is deleted", []);
    public static readonly ApiError Session = new("INVALID_SESSION_ID", "Session expired or invalid");
    public static readonly ApiError Converted = new(
        "CANNOT_UPDATE_CONVERTED_LEAD",
        "cannot reference converted lead",
        []
    );

    public static ApiError NoSuchColumn(string field, string objectName) =>
        new("INVALID_FIELD", $"No such column '{field}' on sobject of type {objectName}");

    public static ApiError Parser(string message) => new("JSON_PARSER_ERROR", message);

    public static ApiError MalformedId(string label, string value, string field) =>
        new("MALFORMED_ID", $"{label}: id value of incorrect type: {value}", [field]);

    /// <summary>Members beside code and message, where a code has such.</summary>
    internal Action<Utf8JsonWriter>? Detail { get; init; }

    public void Write(Utf8JsonWriter json, string codeName)
    {
        json.WriteStartObject();
        Detail?.Invoke(json);
        json.WriteString(codeName, Code);
        json.WriteString("message", Message);
        if (Fields is not null)
        {
            json.WriteStartArray("fields");
            foreach (var field in Fields)
                json.WriteStringValue(field);
            json.WriteEndArray();
        }

        json.WriteEndObject();
    }
}

/// <summary>The call as a whole is answered with errors; what it did is taken back.</summary>
public sealed class ApiException(int status, params IReadOnlyList<ApiError> errors)
    : Exception($"{errors[0].Code}: {errors[0].Message}")
{
    public int Status { get; } = status;
    public IReadOnlyList<ApiError> Errors { get; } = errors;
}
