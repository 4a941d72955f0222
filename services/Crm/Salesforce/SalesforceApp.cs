namespace LeadSync.Crm.Salesforce;

/// <summary>A client application as Salesforce knows it: its consumer key and, where it has one, secret. Holds a secret.</summary>
public sealed record SalesforceApp(string ClientId, string? ClientSecret)
{
    internal IEnumerable<KeyValuePair<string, string>> Parameters =>
        ClientSecret is null
            ? [new("client_id", ClientId)]
            : [new("client_id", ClientId), new("client_secret", ClientSecret)];

    public override string ToString() => nameof(SalesforceApp);
}
