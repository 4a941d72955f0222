using System.Text.Json.Serialization;

namespace LeadSync.Crm.Salesforce;

/// <summary>Readers of Salesforce's fixed shapes, made when compiling. A member that must be there and is not is unreadable.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true
)]
[JsonSerializable(typeof(DescribedObject))]
[JsonSerializable(typeof(OrgLimits))]
[JsonSerializable(typeof(AssertionClaims))]
[JsonSerializable(typeof(FoundOrg))]
[JsonSerializable(typeof(FoundUser))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenRefusal))]
internal sealed partial class SalesforceJson : JsonSerializerContext;
