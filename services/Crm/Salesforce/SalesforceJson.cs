using System.Text.Json.Serialization;
using LeadSync.Crm.Salesforce.Bulk;

namespace LeadSync.Crm.Salesforce;

/// <summary>Readers of Salesforce's fixed shapes, made when compiling. A member that must be there and is not is unreadable.</summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    Converters = [typeof(SalesforceTimeConverter)]
)]
[JsonSerializable(typeof(BulkJobAnswer))]
[JsonSerializable(typeof(DeletedAnswer))]
[JsonSerializable(typeof(DescribedObjects))]
[JsonSerializable(typeof(DescribedObject))]
[JsonSerializable(typeof(OrgLimits))]
[JsonSerializable(typeof(AssertionClaims))]
[JsonSerializable(typeof(TokenAnswer))]
[JsonSerializable(typeof(TokenRefusal))]
[JsonSerializable(typeof(UpdatedAnswer))]
internal sealed partial class SalesforceJson : JsonSerializerContext;
